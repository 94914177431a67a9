"""The commands of ``norface`` that are not Lightning subcommands."""
