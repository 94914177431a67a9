"""Bytes on disk: files, pictures, videos, tables, weights.

What cannot be read or written raises `NorfaceError`: which file, why, and what to do.
"""
