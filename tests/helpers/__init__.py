"""What tests share: look-alikes of data sets, tiny settings, fakes."""
