"""What the verbs of reimbursement take."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from claims.data import AdmissionData


@dataclass(frozen=True, slots=True)
class AccountData:
    """A bank account as the resident states it; `account_number` as typed, blanks and all."""

    holder: str
    bank: str
    account_number: str


@dataclass(frozen=True, slots=True)
class ApplicationData:
    """What is entered of an application besides the account: the stay from admission to discharge, why the resident
    paid (Reimbursement.Reason), what the invoices come to in yuan and the numbers printed on them, which documents are
    there (rules.Paper).
    """

    admission: AdmissionData
    discharged_on: datetime.date
    reason: str
    invoice_total: Decimal
    invoices: tuple[str, ...]
    papers: frozenset[str] = frozenset()
