"""What can happen in a life, and what of it goes on record: one table for the form, the verb and the tests."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from enrollment.registration.models import Circumstance
from liaoyang_medins.kernel.offices.models import Office

from .models import LifeChange

Kind = Circumstance.Kind
What = LifeChange.What

# What begins → the kind of circumstance, and its value where there is only one.
BEGINS: Mapping[str, tuple[str, str]] = {
    What.DIED: (Kind.DEATH, "died"),
    What.MOVED_IN: (Kind.HUKOU, ""),
    What.SCHEME_JOINED: (Kind.SCHEME, ""),
    What.LOW_INCOME: (Kind.LOW_INCOME, ""),
    What.DISABILITY: (Kind.DISABILITY, ""),
    What.SCHOOL: (Kind.STUDENT, ""),
    What.WORK: (Kind.WORK, "working"),
    What.PENSION: (Kind.PENSION, ""),
}
# What ends → the kind of circumstance that holds until then.
ENDS: Mapping[str, str] = {
    What.MOVED_AWAY: Kind.HUKOU,
    What.SCHEME_LEFT: Kind.SCHEME,
    What.LOW_INCOME_ENDED: Kind.LOW_INCOME,
    What.DISABILITY_ENDED: Kind.DISABILITY,
    What.SCHOOL_LEFT: Kind.STUDENT,
    What.WORK_ENDED: Kind.WORK,
    What.PENSION_ENDED: Kind.PENSION,
}
# What a clerk chooses from, in the order in which it is offered.
OFFERED: tuple[What, ...] = (
    What.DIED,
    What.MOVED_AWAY,
    What.MOVED,
    What.SCHEME_JOINED,
    What.SCHEME_LEFT,
    What.LOW_INCOME,
    What.LOW_INCOME_ENDED,
    What.DISABILITY,
    What.DISABILITY_ENDED,
    What.SCHOOL,
    What.SCHOOL_LEFT,
    What.WORK,
    What.WORK_ENDED,
    What.PENSION,
    What.PENSION_ENDED,
    What.MOVED_IN,
)
# A school speaks of its students.
OF_SCHOOLS = frozenset({What.SCHOOL, What.SCHOOL_LEFT})


@dataclass(frozen=True, slots=True)
class Happening:
    """What happened: `on` is the first day of what begins, the last of what ends, of a move the first day in the new
    community, of a death the day itself. `ends` is a last day that is known already.
    """

    what: What
    on: datetime.date
    value: str = ""
    ends: datetime.date | None = None
    school: Office | None = None
    document_number: str = ""
    community: Office | None = None
    address: str = ""
