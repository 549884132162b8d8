"""Settlements that became wrong: found by comparing each with what is on record now, listed, never changed (A4, C8,
W9).
"""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from claims import rules
from claims.facts import Days, benefit_days, category_on, lines_by_day
from claims.models import Settlement, SettlementToCorrect
from claims.rules import StayFacts
from claims.services.records import lock_resident
from enrollment.contributions import selectors as contributions
from enrollment.registration import following
from enrollment.registration.models import Resident
from enrollment.registration.selectors import policy_on
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.audit.selectors import last_change
from liaoyang_medins.kernel.errors import Invalid
from liaoyang_medins.kernel.facts import from_json
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.statements import Statement
from liaoyang_medins.kernel.states import require_transition, require_version

Status = SettlementToCorrect.Status
# What a settlement went by and what holds now, by the code of what differs.
Contradictions = dict[str, list[str]]


@Statement
def _live(resident: int) -> QuerySet[Settlement]:
    rows = Settlement.objects.select_related("stay").filter(resident=resident, live=True)
    return rows.order_by("sequence")


def contradictions(settlement: Settlement, covered: Days) -> Contradictions:
    """What the settlement went by and what is on record now, where that differs: `cover` (in-scope cost in yuan of the
    days with benefits, A1), `category` (of the day of admission, D1), `cap_period` (B4). Empty where it stands.

    What other settlements used of the cap is no contradiction: A settlement says what was used when it was decided.
    """
    went_by = from_json(StayFacts, settlement.facts)
    in_scope, any_covered = ZERO, False
    for day, _amount, scope, _lines, _denied in lines_by_day(settlement.stay_id):
        if covered.cover(day):
            in_scope, any_covered = in_scope + scope, True
    found: Contradictions = {}
    if (in_scope, any_covered) != (went_by.in_scope, went_by.any_line_in_benefit):
        found["cover"] = [str(went_by.in_scope), str(in_scope)]
    if not any_covered:
        # Nothing is payable then, whatever else differs.
        return found
    category = category_on(settlement.resident, settlement.stay.admitted_on)
    if category != went_by.category:
        found["category"] = [went_by.category.value, category.value]
    period = cap_period_now(settlement)
    stored = (settlement.cap_from, settlement.cap_until)
    if period != stored:
        found["cap_period"] = [" – ".join(map(str, days)) for days in (stored, period)]
    return found


def cap_period_now(settlement: Settlement) -> tuple[date, date]:
    """B4: the cap period of the settlement by what the person's notice for its year says now."""
    day = settlement.settled_on
    student = contributions.student_on_notice(settlement.resident, day.year)
    return rules.cap_period(day, student, policy_on(day))


def follow_settlements(resident: Resident, by: Actor) -> None:
    """Bring the list in line with what is on record of the locked `resident`: what became wrong is put on it, what is
    right again is taken off. What was left as it is stays off, until something else contradicts it.
    """
    settlements = _live(resident.pk)
    if not settlements:
        return
    listed = SettlementToCorrect.objects.filter(settlement__in=settlements, status__in=[Status.WAITING, Status.LEFT])
    rows: dict[tuple[int, str], SettlementToCorrect] = {(row.settlement_id, row.status): row for row in listed}
    covered = benefit_days(resident)
    today = clock.today()
    for settlement in settlements:
        settlement.resident = resident
        found = contradictions(settlement, covered)
        waiting = rows.get((settlement.pk, Status.WAITING))
        left = rows.get((settlement.pk, Status.LEFT))
        if waiting is None:
            if found and (left is None or left.reasons != found):
                _put(settlement, found, today, by)
        elif not found:
            _close(waiting, Status.RIGHT_AGAIN, today, by)
        elif waiting.reasons != found:
            waiting.reasons = found
            waiting.version += 1
            waiting.save(update_fields=["reasons", "version"])


following.FOLLOWERS["settlements"] = follow_settlements


def _put(settlement: Settlement, found: Contradictions, today: date, by: Actor) -> None:
    SettlementToCorrect.objects.create(settlement=settlement, reasons=found, found_on=today, found_by_id=by.user_id)
    _record(settlement, "settlements.to_correct", {"contradictions": sorted(found)}, by)


def _close(row: SettlementToCorrect, then: str, today: date, by: Actor, note: str = "") -> None:
    require_transition(SettlementToCorrect.TRANSITIONS, row.status, then, label=row.get_status_display)
    row.status, row.closed_on, row.closed_by_id, row.note = then, today, by.user_id, note
    row.version += 1
    row.save(update_fields=["status", "closed_on", "closed_by", "note", "version"])
    _record(row.settlement, f"settlements.{then}", {}, by, note)


def _record(settlement: Settlement, verb: str, changes: dict[str, Any], by: Actor, note: str = "") -> None:
    audit.record(by=by, verb=verb, obj=settlement, resident=settlement.resident.number, changes=changes, note=note)


def close_reversed(settlement: Settlement, *, by: Actor) -> None:
    """The settlement was reversed: nothing waits for its correction any more. Call it in that transaction."""
    row = SettlementToCorrect.objects.filter(settlement=settlement, status=Status.WAITING).first()
    if row is not None:
        _close(row, Status.REVERSED, clock.today(), by)


@transaction.atomic
def leave_settlement(*, number: str, version: int, reason: str, by: Actor) -> SettlementToCorrect:
    """The agency leaves the settlement with this number as it is, with a reason; `version` is that of the row shown.

    Invalid without a reason or where nothing waits; Conflict where somebody was first.
    """
    by.require("corrections.close")
    if not reason.strip():
        raise Invalid(_("Say why it stays as it is."), field="reason")
    settlement = Settlement.objects.select_related("resident").filter(number=number).first()
    if settlement is None:
        raise Invalid(_("There is no settlement with this number here."), code="settlement_unknown")
    lock_resident(settlement.resident.number)
    rows = SettlementToCorrect.objects.select_related("settlement__resident").filter(settlement=settlement)
    row = rows.order_by("-id").first()
    if row is None:
        raise Invalid(_("Nothing contradicts this settlement."), code="not_listed")
    require_version(row.version, version, told=lambda: last_change(settlement))
    _close(row, Status.LEFT, clock.today(), by, reason.strip())
    return row
