"""Prepared faces and caches on disk, divided into splits, as batches; no Lightning."""
