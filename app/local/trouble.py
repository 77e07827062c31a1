"""The one way a command says what went wrong: a single line, the remedy in it."""


class Trouble(Exception):
    """A reason to stop that is shown as one plain line, without a traceback."""
