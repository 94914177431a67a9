"""A page in the browser, to try trained networks with one's own pictures."""
