"""The one error type that users are meant to read."""


class NorfaceError(Exception):
    """A mistake in the input: one sentence that says what is wrong, where, and what to do.

    The command line prints the sentence and exits with code 2 instead of showing a traceback.
    """
