"""Rows, folds and seeds: trained, tested and put into tables."""
