"""From the pictures of a data set to aligned faces on disk; survives interruptions."""
