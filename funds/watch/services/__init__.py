"""The verbs of supervision: look for patterns; assign, answer and close findings (S2, Art. 31)."""

from .handling import answer, assign, close
from .looking import start_look

__all__ = ["answer", "assign", "close", "start_look"]
