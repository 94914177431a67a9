"""Protocols of evaluation: which runs there are, what each leaves behind, and the tables of it."""
