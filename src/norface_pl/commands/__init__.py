"""The commands of ``norface`` that are not Lightning subcommands.

What only the work of a command needs is imported by its function: torch and lightning take seconds
to load, and ``--help`` needs neither.
"""
