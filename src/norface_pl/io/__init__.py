"""Bytes on disk: files, pictures, videos, tables, weights."""
