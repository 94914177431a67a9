"""What can be read from pictures of faces."""
