"""Networks of others that read expressions of real faces, and labels made with them."""
