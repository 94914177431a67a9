"""From a data set as distributed to aligned faces."""
