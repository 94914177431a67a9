"""What happens in clips, and casts of people that are recorded, for whoever draws them."""
