"""Settlement and its reversal (A2, A4): serial for each person by the lock on the person's row."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from claims.explanation import explain_adjudication
from claims.facts import Gathered, gather, overlapping, stays_of
from claims.models import Reversal, Review, Settlement, Stay
from claims.rules import Adjudication, StayFacts, adjudicate
from claims.selectors import settlements_visible_to
from claims.services.corrections import close_reversed
from claims.services.holding import HeldForReview, held_back, let_go, open_review, put_to_agency, refresh_reviews
from claims.services.records import (
    AGENCY,
    entered_by,
    lock_resident_of,
    lock_stay,
    move,
    own_entry,
    save,
)
from enrollment.registration.models import Resident
from liaoyang_medins.kernel import clock, facts, policy
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import Conflict, Invalid, Refused
from liaoyang_medins.kernel.numbers import next_number
from liaoyang_medins.kernel.offices.actors import Actor, ActorKind
from liaoyang_medins.kernel.policy import PolicyError, Step
from liaoyang_medins.kernel.policy.terms import ReviewReason
from liaoyang_medins.kernel.statements import Statement, insert_numbered
from liaoyang_medins.kernel.states import require_transition


@dataclass(frozen=True, slots=True)
class Calculation:
    """A calculation with its explanation; nothing of it is stored. `provisional`: as if the stay ended on
    `gathered.settled_on`.
    """

    gathered: Gathered
    result: Adjudication
    steps: tuple[Step, ...]
    provisional: bool
    overlaps: tuple[Stay, ...]


def presettle(stay: Stay) -> Calculation:
    """What a settlement of the stay would be now (2303): repeatable, nothing is stored. A stay that still runs is
    looked at as if it ended today. Raises Refused and BeforeTheLaw as `settle_stay`.
    """
    today = clock.today()
    day = stay.discharged_on or max(today, stay.admitted_on)
    gathered = gather(stay, day)
    return Calculation(
        gathered=gathered,
        result=adjudicate(gathered.facts, gathered.policy),
        steps=explain_adjudication(gathered.facts, gathered.policy),
        provisional=stay.discharged_on is None,
        overlaps=tuple(overlapping(stay, stays_of(stay.resident_id), today)),
    )


def settle_stay(
    *,
    stay_number: str,
    stated_total: Decimal | None = None,
    version: int | None = None,
    note: str = "",
    by: Actor,
) -> Settlement:
    """Settle a discharged stay, once (A4): the fund's payment and the resident's four parts, with facts and policy
    kept.

    `stated_total` is what the institution says that the fee lines add up to, in yuan. Conflict where the stay is
    settled or was changed, Refused where the total differs, nothing is entered, or who settles at the agency entered
    something of the stay. Raises HeldForReview where somebody at the agency has to look first: then the stay is in
    their queue, and that is committed although nothing was settled.
    """
    with transaction.atomic():
        by.require("stays.settle")
        resident = lock_resident_of(stay_number)
        stay = lock_stay(stay_number, by, version)
        stay.resident = resident
        made = settle_locked(stay, stated_total=stated_total, note=note, by=by)
    if isinstance(made, HeldForReview):
        raise made
    return made


def settle_locked(
    stay: Stay, *, stated_total: Decimal | None = None, note: str = "", review: Review | None = None, by: Actor
) -> Settlement | HeldForReview:
    """Settle the locked stay of its locked resident, or say what holds it back; of a `review` that releases it, only
    what is new.
    Raises as `settle_stay`.
    """
    resident, today = stay.resident, clock.today()
    if stay.status == Stay.Status.SETTLED:
        raise Conflict(_("This stay is settled already."), code="already_settled")
    require_transition(Stay.TRANSITIONS, stay.status, Stay.Status.SETTLED, label=stay.get_status_display)
    if entered_by(stay, by):
        raise own_entry()
    gathered = gathered_for(stay)
    require_total(gathered, stated_total)
    result = adjudicate(gathered.facts, gathered.policy)
    held = held_back(stay, gathered.facts, result.fund, today, by, releasing=review)
    if held is not None:
        return held
    settlement = stored(stay, resident, gathered, result, today, by)
    move(stay, Stay.Status.SETTLED)
    stay.held = ""
    save(stay, "status", "held")
    audit.record(
        by=by,
        verb="stays.settle",
        obj=stay,
        resident=resident.number,
        changes={
            "settlement": settlement.number,
            "total": result.total,
            "fund": result.fund,
            "resident": result.resident,
            "reasons": result.reasons,
            "policy_version": gathered.policy.version,
        },
        note=note.strip(),
    )
    return settlement


def gathered_for(stay: Stay) -> Gathered:
    """What the settlement of a discharged stay is made from. Conflict where it is not discharged, Refused where the
    measures did not hold on its last day, or its institution has no grade.
    """
    if stay.discharged_on is None:
        raise Conflict(_("The stay has no discharge yet."), code="wrong_state")
    try:
        return gather(stay, stay.discharged_on)
    except PolicyError as error:
        raise Refused(
            _("The measures did not hold on the day of discharge: nothing can be settled for it."),
            code="before_the_law",
        ) from error


def stored(
    stay: Stay, resident: Resident, gathered: Gathered, result: Adjudication, today: datetime.date, by: Actor
) -> Settlement:
    """Save the result with everything that it was made from."""
    last = _last_sequence.first(resident.pk) or 0
    settlement = Settlement(
        stay=stay,
        resident=resident,
        sequence=last + 1,
        settled_on=gathered.settled_on,
        decided_on=today,
        cap_from=gathered.cap.starts,
        cap_until=gathered.cap.ends,
        cap=result.cap,
        cap_used=result.used,
        payable=result.payable,
        reasons=[reason.value for reason in result.reasons],
        total=result.total,
        in_scope=result.in_scope,
        ratio=result.ratio,
        fund=result.fund,
        resident_pays=result.resident,
        out_of_scope=result.out_of_scope,
        deductible=result.deductible,
        copayment=result.copayment,
        over_cap=result.over_cap,
        facts=facts.to_json(gathered.facts),
        policy_version=gathered.policy.version,
        policy_hash=gathered.policy.content_hash,
        made_by_id=by.user_id,
    )
    insert_numbered(settlement, "settlement", today)
    return settlement


@Statement
def _last_sequence(resident: int) -> "QuerySet[Settlement, int]":
    rows = Settlement.objects.filter(resident=resident).order_by("-sequence")
    return rows.values_list("sequence", flat=True)[:1]


def require_total(gathered: Gathered, stated_total: Decimal | None) -> None:
    if not gathered.line_count:
        raise Refused(_("The stay has no fee lines."), code="no_fee_lines")
    total = gathered.facts.total
    if stated_total is not None and stated_total != total:
        raise Refused(
            _("The stated total is %(stated)s yuan, the fee lines add up to %(total)s yuan.")
            % {"stated": f"{stated_total:,.2f}", "total": f"{total:,.2f}"},
            code="total_differs",
            field="stated_total",
        )


def reverse_settlement(*, number: str, reason: str, by: Actor) -> Reversal:
    """Undo a settlement (A4): it gives back the cap that it used, and its stay is discharged again. Both are kept.

    Refused unless it is the person's latest decided live settlement of the cap period (the refusal names the later
    ones). What was paid is reversed by the desk alone, where one examines it and another releases it: whoever else
    asks is refused, and the desk is asked by it, which is committed. Conflict where it was reversed before.
    """
    with transaction.atomic():
        by.require("stays.reverse")
        if not reason.strip():
            raise Invalid(_("Say why."), field="reason")
        found = settlements_visible_to(by).filter(number=number).first()
        if found is None:
            raise Invalid(_("There is no settlement with this number here."), code="settlement_unknown")
        resident = lock_resident_of(found.stay.number)
        stay = lock_stay(found.stay.number, by)
        stay.resident = resident
        made = reverse_locked(stay, found.pk, reason.strip(), by)
    if isinstance(made, Refused):
        raise made
    return made


def reverse_locked(stay: Stay, pk: int, reason: str, by: Actor, *, released: bool = False) -> Reversal | Refused:
    """Reverse the settlement with this key of the locked stay, or ask the desk to, unless it `released` it. Raises
    as `reverse_settlement`.
    """
    resident, today = stay.resident, clock.today()
    settlement = Settlement.objects.select_for_update(no_key=True).get(pk=pk)
    if not settlement.live:
        raise Conflict(_("This settlement was reversed already."), code="already_reversed")
    require_latest(settlement, by)
    if settlement.paid_out_on is not None and not released and by.kind is not ActorKind.JOB:
        return ask_agency(stay, settlement, reason, today, by)
    require_transition(Stay.TRANSITIONS, stay.status, Stay.Status.DISCHARGED, label=stay.get_status_display())
    settlement.live = False
    settlement.save(update_fields=["live"])
    stay.status = Stay.Status.DISCHARGED
    save(stay, "status")
    reversal = Reversal.objects.create(
        number=next_number("reversal", today),
        settlement=settlement,
        reversed_on=today,
        reason=reason,
        made_by_id=by.user_id,
    )
    audit.record(
        by=by,
        verb="stays.reverse",
        obj=stay,
        resident=resident.number,
        changes={"settlement": settlement.number, "reversal": reversal.number, "fund": settlement.fund},
        note=reason,
    )
    asked = open_review(stay)
    if asked is not None:
        let_go(asked, stay, today, by)
    refresh_reviews(resident, today, by)
    close_reversed(settlement, by=by)
    return reversal


def ask_agency(stay: Stay, settlement: Settlement, reason: str, today: datetime.date, by: Actor) -> Refused:
    """Put the reversal of a settlement that was paid to the desk, and what who asks is told."""
    if open_review(stay) is None:
        kind = Review.Kind.REVERSAL
        put_to_agency(stay, [ReviewReason.REVERSAL], today, by, kind=kind, asked=reason, settlement=settlement)
    if by.role in AGENCY:
        return Refused(
            _("This settlement was paid to the institution already: the desk reverses it."),
            code="paid_out",
            reasons=[
                _("It is in the queue: a clerk examines it, somebody else releases it."),
                _("The money is taken off the next payment."),
            ],
        )
    return Refused(
        _("This settlement was paid to the institution already: only the agency can reverse it."),
        code="paid_out",
        reasons=[_("The agency was asked and decides."), _("The money is taken off the next payment.")],
    )


def later_settlements(settlement: Settlement) -> list[Settlement]:
    """The person's live settlements decided later that were told what this one used of the cap, the latest first."""
    return list(
        Settlement.objects.filter(
            resident=settlement.resident_id,
            live=True,
            sequence__gt=settlement.sequence,
            cap_from__lte=settlement.settled_on,
            cap_until__gte=settlement.settled_on,
        ).order_by("-sequence")
    )


def require_latest(settlement: Settlement, by: Actor) -> None:
    """A4: what later settlements of the cap period were told must stay true. A hospital is told the numbers of its
    own ones only.
    """
    later = later_settlements(settlement)
    if later:
        visible = settlements_visible_to(by).filter(pk__in=[row.pk for row in later])
        named = set(visible.order_by().values_list("number", flat=True))
        elsewhere = _("one of another institution, which the agency can name")
        raise Refused(
            _("Later settlements of the same cap period count on this one. Reverse these first, in this order:"),
            code="not_latest",
            reasons=[row.number if row.number in named else elsewhere for row in later],
        )


def recompute(settlement: Settlement) -> Adjudication:
    """The settlement again, from the facts and the policy version that it was made with (Art. 35).

    Raises PolicyError where that version is gone or was edited since.
    """
    made_under = policy.version(settings.POOLING_AREA, settlement.policy_version)
    if made_under.content_hash != settlement.policy_hash:
        raise PolicyError(f"Policy version {settlement.policy_version} is not what it was at the settlement.")
    return adjudicate(facts.from_json(StayFacts, settlement.facts), made_under)


def explain(settlement: Settlement) -> tuple[Step, ...]:
    """The steps of a settlement, derived from its facts and its policy version. Raises PolicyError."""
    made_under = policy.version(settings.POOLING_AREA, settlement.policy_version)
    return explain_adjudication(facts.from_json(StayFacts, settlement.facts), made_under)


def figures_of(result: Adjudication) -> dict[str, object]:
    """The columns of a settlement that say this, by name."""
    return {
        "payable": result.payable,
        "reasons": [reason.value for reason in result.reasons],
        "total": result.total,
        "in_scope": result.in_scope,
        "ratio": result.ratio,
        "fund": result.fund,
        "resident_pays": result.resident,
        "out_of_scope": result.out_of_scope,
        "deductible": result.deductible,
        "copayment": result.copayment,
        "over_cap": result.over_cap,
        "cap": result.cap,
        "cap_used": result.used,
    }


def compared(settlement: Settlement) -> dict[str, tuple[object, object]]:
    """Column → (stored, recomputed), for every figure of a settlement. Raises PolicyError as `recompute`."""
    return {name: (getattr(settlement, name), now) for name, now in figures_of(recompute(settlement)).items()}


def differences(settlement: Settlement) -> dict[str, tuple[object, object]]:
    """What `recompute` gives otherwise than what is stored: column → (stored, recomputed). Empty where nothing
    differs.
    """
    return {name: pair for name, pair in compared(settlement).items() if pair[0] != pair[1]}
