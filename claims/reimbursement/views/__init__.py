"""The pages of reimbursement."""

from .applications import (
    reimbursement,
    reimbursement_account,
    reimbursement_account_show,
    reimbursement_edit,
    reimbursement_new,
    reimbursements,
)
from .deciding import (
    reimbursement_examine,
    reimbursement_refuse,
    reimbursement_release,
    reimbursement_send_back,
    reimbursement_take_back,
)
from .documents import (
    reimbursement_decision,
    reimbursement_papers,
    reimbursement_receipt,
    reimbursement_refusal,
    reimbursement_scan,
    reimbursement_scan_remove,
)
from .lines import (
    reimbursement_import,
    reimbursement_import_drop,
    reimbursement_import_refused,
    reimbursement_import_take,
    reimbursement_line_delete,
    reimbursement_lines,
    reimbursement_template,
)
from .payments import (
    payment_list,
    payment_list_bank_file,
    payment_list_file,
    payment_list_new,
    payment_list_paid,
    payment_list_result,
    payment_lists,
    payment_returned,
)

__all__ = [
    "payment_list",
    "payment_list_bank_file",
    "payment_list_file",
    "payment_list_new",
    "payment_list_paid",
    "payment_list_result",
    "payment_lists",
    "payment_returned",
    "reimbursement",
    "reimbursement_account",
    "reimbursement_account_show",
    "reimbursement_decision",
    "reimbursement_edit",
    "reimbursement_examine",
    "reimbursement_import",
    "reimbursement_import_drop",
    "reimbursement_import_refused",
    "reimbursement_import_take",
    "reimbursement_line_delete",
    "reimbursement_lines",
    "reimbursement_new",
    "reimbursement_papers",
    "reimbursement_receipt",
    "reimbursement_refusal",
    "reimbursement_refuse",
    "reimbursement_release",
    "reimbursement_scan",
    "reimbursement_scan_remove",
    "reimbursement_send_back",
    "reimbursement_take_back",
    "reimbursement_template",
    "reimbursements",
]
