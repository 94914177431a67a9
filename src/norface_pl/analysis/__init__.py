"""From pictures, films and cameras to tables of what faces show."""
