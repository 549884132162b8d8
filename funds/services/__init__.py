"""The verbs of the funds: posting to the journal; preparing and issuing statements, booking what arrives."""

from .journal import documents_waiting, post_documents
from .preparing import prepare_statement, redraw_statement, start_preparing, start_redrawing
from .statements import discard_statement, issue_statement, record_subsidy

__all__ = [
    "discard_statement",
    "documents_waiting",
    "issue_statement",
    "post_documents",
    "prepare_statement",
    "record_subsidy",
    "redraw_statement",
    "start_preparing",
    "start_redrawing",
]
