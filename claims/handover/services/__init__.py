"""The verbs of lists that are handed over."""

from .lists import discard_list, draft_list, issue_list

__all__ = ["discard_list", "draft_list", "issue_list"]
