"""What the verbs of claims take and give back."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from liaoyang_medins.kernel.errors import Invalid
from liaoyang_medins.kernel.policy.terms import Cause, LineProblem

from .models import FeeLine


@dataclass(frozen=True, slots=True)
class AdmissionData:
    """An admission as the institution states it. Moments are aware; a hospital's own institution holds whatever
    `institution` says.

    `transfer_stated`: the institution says that the person was transferred there (D7); the referral is found by the
    service. `diagnosis` is the principal one; None of `other_diagnoses` says nothing about others.
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
    other_diagnoses: tuple[str, ...] | None = None


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


@dataclass(frozen=True, slots=True)
class LineFault:
    """What is wrong with one of the lines that were given: its `place`, counted from 0, the `field` at fault, a stable
    `code`, and the words for it.
    """

    place: int
    field: str
    code: str
    text: str


class WrongLines(Invalid):
    """Lines of which at least one is wrong, so that none was added. `faults` are all that was found."""

    code = "wrong_lines"

    def __init__(self, faults: Sequence[LineFault], *, told: int, numbered: bool) -> None:
        form = _("Line %(place)s: %(problem)s.") if numbered else "%(problem)s."
        said = [form % {"place": fault.place + 1, "problem": fault.text} for fault in faults[:told]]
        super().__init__(_("Nothing was added: some lines are wrong."), field="lines", reasons=said)
        self.faults = tuple(faults)
