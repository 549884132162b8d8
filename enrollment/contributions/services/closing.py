"""Closing the window: what was not paid in it lapses, as a run over those whom it concerns (W8, Art. 17).

Each notice and each relationship lapses by the verb of the nightly lapse; read and written for many at once.
"""

import hashlib
from decimal import Decimal
from typing import TypeVar

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enrollment.registration import selectors as registration
from enrollment.registration.models import Enrollment
from liaoyang_medins.kernel.errors import Refused
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs.kinds import EXAMPLES, Figure, Heading, Kind, Outcome, Parameters, Plan
from liaoyang_medins.kernel.runs.models import Run
from liaoyang_medins.kernel.statements import batch

from .. import rules
from ..assessment import policy_of
from ..models import ContributionNotice, WindowLetter
from ..selectors import joint_of
from .lapses import closed_year, lapse_pair, lapse_unrenewed, late, read_lapses_ahead, unrenewed
from .lots import lots_of
from .people import residents_of

Row = TypeVar("Row", ContributionNotice, Enrollment)
NAME = "close"
# A lot takes about a second.
PERSONS_PER_LOT = 1_000

FIGURES = (
    Figure("notices", gettext_lazy("Notices lapsed")),
    Figure("unpaid", gettext_lazy("Amounts not paid (yuan)"), in_yuan=True),
    Figure("lapsed", gettext_lazy("Enrollments lapsed")),
    Figure("ineligible", gettext_lazy("Enrollments that end, since the person may not take part any more")),
)


def close_window(*, contribution_year: int, by: Actor, dry_run: bool = False, calls: bool = True) -> Run:
    """Start the run that closes the window for `contribution_year`; returns it, or the live one (W8).

    Raises Refused while the window is open, and where a later one has closed since; NotAllowed.
    """
    parameters = {"year": contribution_year}
    return runs.start_run(kind=NAME, parameters=parameters, by=by, dry_run=dry_run, calls=calls)


def is_closed(contribution_year: int) -> bool:
    """Whether the window for a contribution year was closed by a run that has finished."""
    closed = Run.objects.filter(kind=NAME, key=str(contribution_year), dry_run=False)
    return closed.filter(status=Run.Status.FINISHED).exists()


def plan(run: Run) -> Plan:
    """The residents with a notice that ran out or a relationship that was not renewed, by their keys, in lots."""
    year, on = run.parameters["year"], run.business_date
    closes = rules.payment_window(year, registration.policy_on(on))[1]
    if on <= closes:
        raise Refused(
            _("The window for %(year)s is open until %(day)s.") % {"year": year, "day": closes}, code="window_open"
        )
    if year != closed_year(on):
        raise Refused(
            _("The window for %(year)s is the last one that closed.") % {"year": closed_year(on)},
            code="not_the_last_window",
        )
    concerned = late(on).values_list("resident_id").union(unrenewed(on).values_list("resident_id"))
    keys = (key for (key,) in concerned.order_by("resident_id").iterator())
    return Plan([*lots_of(keys, PERSONS_PER_LOT)], policy_of(year))


def work(run: Run, parameters: Parameters) -> Outcome:
    """Lapse what is to lapse of a lot. The residents are locked in the order of their keys."""
    on, by = run.business_date, run.actor
    late_notices = of_lot(late(on), parameters).order_by("resident_id", "pk").values_list("pk", "resident_id")
    not_renewed = of_lot(unrenewed(on), parameters).order_by("resident_id").values_list("pk", "resident_id")
    of_notices, of_enrollments = dict(late_notices), dict(not_renewed)
    # What was paid, or went to another record, before the locks were there is left to its verb.
    residents = residents_of({*of_notices.values(), *of_enrollments.values()}, lock=True)
    notices, enrollments = [*of_notices], [*of_enrollments]
    lot = Lot(run, enrollments)
    with batch() as held:
        read_lapses_ahead(notices, enrollments, residents)
        for pk in notices:
            held.turn()
            lot.count_notice(lapse_pair(pk, on, by))
        # Apart from the notices: what was read of a person is void once something of theirs is written.
        for pk in enrollments:
            held.turn()
            lot.count_enrollment(lapse_unrenewed(pk, on, by))
    return lot.outcome()


def look(run: Run, parameters: Parameters) -> Outcome:
    """What `work` would lapse, with examples."""
    on = run.business_date
    notices = of_lot(late(on), parameters).select_related("resident", "joint").order_by("resident_id", "pk")
    enrollments = list(of_lot(unrenewed(on), parameters).order_by("resident_id"))
    lot = Lot(run, [row.pk for row in enrollments])
    for notice in notices:
        lot.count_notice([notice, *([joint] if (joint := joint_of(notice)) else [])])
    for row in enrollments:
        lot.count_enrollment(row)
    back = rules.after_waiting(on, registration.policy_on(on))
    examples = [
        [notice.resident.number, notice.number, str(notice.personal), str(back)] for notice in notices[:EXAMPLES]
    ]
    return Outcome(lot.counts, examples=examples)


def of_lot(rows: QuerySet[Row], parameters: Parameters) -> QuerySet[Row]:
    """Those of the residents of a lot."""
    return rows.filter(resident_id__gt=parameters["after"], resident_id__lte=parameters["until"])


class Lot:
    """What came of a lot so far; `enrollments` are the keys of the relationships that are to end."""

    def __init__(self, run: Run, enrollments: list[int]) -> None:
        year = run.parameters["year"]
        told = WindowLetter.objects.filter(kind=WindowLetter.Kind.NO_NOTICE, contribution_year=year)
        self.told = set(told.filter(enrollment__in=enrollments).values_list("enrollment_id", flat=True))
        self.counts: dict[str, int | Decimal] = {figure.code: ZERO if figure.in_yuan else 0 for figure in FIGURES}
        self.digest = hashlib.sha256()

    def count_notice(self, pair: list[ContributionNotice]) -> None:
        """A notice that lapsed, with the one paid together with it; none where it was paid meanwhile."""
        for row in pair:
            self.counts["notices"] += 1
            self.counts["unpaid"] += row.personal
            self.digest.update(f"notice|{row.number}|{row.personal}\n".encode())

    def count_enrollment(self, row: Enrollment | None) -> None:
        """A relationship that ended; None where it was renewed meanwhile."""
        if row is not None:
            self.counts["ineligible" if row.pk in self.told else "lapsed"] += 1
            self.digest.update(f"enrollment|{row.number}|{row.ends}\n".encode())

    def outcome(self) -> Outcome:
        """What came of it."""
        any_of_it = any(self.counts[code] for code in ("notices", "lapsed", "ineligible"))
        return Outcome(self.counts, digest=self.digest.hexdigest() if any_of_it else "")


# Cancelled, what lapsed stays so: each lapse is right by itself.
KIND = Kind(
    name=NAME,
    label=gettext_lazy("Close of the window"),
    verb="window.close",
    under="contribution-year",
    figures=FIGURES,
    headings=(
        Heading(gettext_lazy("Resident")),
        Heading(gettext_lazy("Notice")),
        Heading(gettext_lazy("Amount due (yuan)"), of_figures=True),
        Heading(gettext_lazy("Benefits from, if enrolled anew and paid today")),
    ),
    key=lambda parameters: str(parameters["year"]),
    title=lambda parameters: _("Contribution year %(year)s") % {"year": parameters["year"]},
    plan=plan,
    begin=lambda run: str(run.parameters["year"]),
    work=work,
    look=look,
    link=lambda year: (
        _("The notices for %(year)s that lapsed") % {"year": year},
        f"{reverse('notices')}?year={year}&status=lapsed",
    ),
)
