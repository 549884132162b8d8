"""The acts of the play: a function for each kind of step, each of which calls one service."""

from . import care, funds, money, people, registration

__all__ = ["care", "funds", "money", "people", "registration"]
