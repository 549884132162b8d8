"""What the verbs of claims take and give back."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from liaoyang_medins.kernel.policy.terms import Cause, LineProblem

from .models import FeeLine


@dataclass(frozen=True, slots=True)
class AdmissionData:
    """An admission as the institution states it. Moments are aware; a hospital's own institution holds whatever
    `institution` says.

    `transfer_stated`: the institution says that the person was transferred there (D7); the referral is found by the
    service.
    """

    resident_number: str
    inpatient_number: str
    admitted_at: datetime.datetime
    diagnosis: str
    institution: str = ""
    emergency: bool = False
    card_presented_at: datetime.datetime | None = None
    form_signed: bool = True
    cause: Cause = Cause.ILLNESS
    abroad: bool = False
    transfer_stated: bool = False


@dataclass(frozen=True, slots=True)
class LineData:
    """A fee line as the institution states it. Without a `line_number` it gets the next one of the stay; without an
    `amount` (yuan) it is quantity × unit price to the fen. `item_name` counts only for what the catalogue does not
    have.
    """

    on: datetime.date
    item_code: str
    quantity: Decimal
    unit_price: Decimal
    amount: Decimal | None = None
    line_number: str = ""
    item_name: str = ""


@dataclass(frozen=True, slots=True)
class LineOutcome:
    """What became of a line: `in_scope` (yuan) counts towards the stay, `reasons` say why the rest does not (A1)."""

    line: FeeLine
    in_scope: Decimal
    reasons: tuple[LineProblem, ...]
