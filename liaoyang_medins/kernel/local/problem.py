"""The one exception of the local set-up: its text is written for the person at the terminal."""


class SetupError(Exception):
    """Something is missing or in the way; the message says what, and what to do about it."""
