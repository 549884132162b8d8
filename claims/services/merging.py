"""What claims have to say when two records of a person are made one: settlements, the cap, stays (A4, A8, B4)."""

from decimal import Decimal

from django.db.models import F, Max
from django.utils.translation import gettext as _

from claims.facts import Days, benefit_days
from claims.models import Settlement
from claims.services.corrections import cap_period_now, contradictions
from claims.services.holding import refresh_reviews
from enrollment.life.parts import PARTS, Part
from enrollment.registration.models import Resident
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import Refused
from liaoyang_medins.kernel.offices.actors import Actor


def conflicts(survivor: Resident, duplicate: Resident) -> list[str]:
    """What stands against it: settlements of both in one cap period, since each was told another part of the cap."""
    live = Settlement.objects.filter(live=True).order_by("sequence")
    mine, theirs = list(live.filter(resident=survivor)), list(live.filter(resident=duplicate))
    found = {
        (min(one.cap_from, other.cap_from), max(one.cap_until, other.cap_until))
        for one in mine
        for other in theirs
        if one.cap_from <= other.cap_until and other.cap_from <= one.cap_until
    }
    return [
        _("Both have settlements that count against the cap from %(first)s to %(last)s: %(mine)s; %(theirs)s.")
        % {
            "first": first.isoformat(),
            "last": last.isoformat(),
            "mine": within(mine, first, last),
            "theirs": within(theirs, first, last),
        }
        + " "
        + _("Reverse those of one record first, the latest first, and settle the stays again afterwards.")
        for first, last in sorted(found)
    ]


def within(settlements: list[Settlement], first: object, last: object) -> str:
    return ", ".join(row.number for row in settlements if first <= row.settled_on <= last)  # type: ignore[operator]


def settle(survivor: Resident, duplicate: Resident, by: Actor) -> None:
    """The duplicate's settlements go on behind the survivor's: no cap period has settlements of both."""
    last = Settlement.objects.filter(resident=survivor).aggregate(last=Max("sequence"))["last"] or 0
    rows = Settlement.objects.filter(resident=duplicate)
    rows.update(resident=survivor, sequence=F("sequence") + last)


def finish(survivor: Resident, by: Actor) -> None:
    """A8: stays that overlap now wait for a clerk. Refused where a settlement would count in another cap period (B4),
    or more days of it would count (A1), by the notices that both records have together.
    """
    live = Settlement.objects.filter(resident=survivor, live=True).order_by("sequence")
    covered = benefit_days(survivor)
    wrong = [
        row
        for row in live.select_related("stay", "resident")
        if cap_period_now(row) != (row.cap_from, row.cap_until) or covers_more(row, covered)
    ]
    if wrong:
        raise Refused(
            _("The records cannot be merged yet."),
            code="merge_conflicts",
            reasons=[
                _("The settlement %(number)s would be decided otherwise: reverse it first, settle it anew then.")
                % {"number": row.number}
                for row in wrong
            ],
        )
    refresh_reviews(survivor, clock.today(), by)


def covers_more(settlement: Settlement, covered: Days) -> bool:
    """Whether days of the stay count by now that did not when it was settled: the other record had paid for them."""
    cover = contradictions(settlement, covered).get("cover")
    return cover is not None and Decimal(cover[1]) > Decimal(cover[0])


PARTS["claims"] = Part(conflicts, settle, finish)
