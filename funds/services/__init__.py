"""The verbs of the funds: posting to the journal; preparing and issuing statements, booking what arrives."""

from .journal import documents_waiting, post_documents
from .preparing import prepare_statement, redraw_statement, start_preparing, start_redrawing
from .reminding import remind_payer
from .signing import check_statement, issue_statement, send_back_statement, sign_statement
from .statements import discard_statement, record_subsidy, take_back_subsidy
from .workbooks import ask_for_workbook, delete_old_workbooks, fetch_workbook

__all__ = [
    "ask_for_workbook",
    "check_statement",
    "delete_old_workbooks",
    "discard_statement",
    "documents_waiting",
    "fetch_workbook",
    "issue_statement",
    "post_documents",
    "prepare_statement",
    "record_subsidy",
    "redraw_statement",
    "remind_payer",
    "send_back_statement",
    "sign_statement",
    "start_preparing",
    "start_redrawing",
    "take_back_subsidy",
]
