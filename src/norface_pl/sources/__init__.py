"""Data sets as their authors distribute them, and what is published about them."""
