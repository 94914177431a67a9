"""Reading, finding, aligning and drawing faces; torch and numpy only, no Lightning."""
