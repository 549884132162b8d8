"""A case of misuse: opened by a clerk, decided by somebody else (S1, Art. 30)."""

import datetime
import uuid
from collections.abc import Mapping
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from claims.models import Settlement
from claims.services.records import own_entry
from enrollment.cards import services as cards
from enrollment.cards.models import InsuranceCard
from enrollment.registration.data import CircumstanceData
from enrollment.registration.following import follow
from enrollment.registration.models import Circumstance, Resident
from enrollment.registration.rules import barred_until
from enrollment.registration.selectors import facts_on
from enrollment.registration.services.circumstances import write_circumstances
from enrollment.registration.services.common import kept_as, locked_resident
from enrollment.registration.services.relationships import settle_ends
from liaoyang_medins.kernel import clock, policy
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.audit.selectors import last_change
from liaoyang_medins.kernel.errors import Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.money import fen
from liaoyang_medins.kernel.numbers import next_number
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.states import require_transition, require_version

from .. import papers, selectors
from ..models import MisuseCase, RecoveryItem

Status = MisuseCase.Status
NAME_LENGTH = 60


@transaction.atomic
def open_case(
    *,
    submission: uuid.UUID,
    resident_number: str,
    card_number: str = "",
    kind: str,
    found_on: datetime.date,
    facts: str,
    recover: Mapping[str, Decimal] | None = None,
    by: Actor,
) -> MisuseCase:
    """Write down that a card was lent, forged or altered, and what is to be recovered: yuan by settlement number.

    The same `submission` again gives back the first case. Invalid without facts, for a day in the future, a card that
    is not the person's, an amount of nothing or more than the fund paid; Refused where the person has an open case or
    is barred already; NotAllowed.
    """
    by.require("misuse.open")
    # Under the lock, so that of a form that is sent twice at once the second finds what the first made.
    resident = locked_resident(resident_number, by)
    first = MisuseCase.objects.filter(submission=submission).first()
    if first is not None:
        return first
    today = clock.today()
    text = required_facts(kind, found_on, facts, today)
    card = card_named(resident, card_number)
    if MisuseCase.objects.filter(resident=resident, status=Status.OPEN).exists():
        raise Refused(_("This person has an open case already."), code="open_case", field="resident")
    require_not_barred(resident, today)
    rule = policy.on(settings.POOLING_AREA, today)
    case = MisuseCase(
        number=next_number("misuse", today),
        submission=submission,
        resident=resident,
        card=card,
        kind=kind,
        found_on=found_on,
        facts=text,
        opened_on=today,
        made_by_id=by.user_id,
        policy_version=rule.version,
        policy_hash=rule.content_hash,
    )
    case.save(force_insert=True)
    write_items(case, recover or {})
    record(case, "misuse.open", by, kind=kind, claimed=str(selectors.recovery_of(case).claimed))
    return case


@transaction.atomic
def change_case(
    *,
    number: str,
    version: int,
    kind: str,
    found_on: datetime.date,
    facts: str,
    card_number: str = "",
    recover: Mapping[str, Decimal],
    by: Actor,
) -> MisuseCase:
    """Put facts and what is to be recovered of an open case right. Raises as `open_case`; Conflict where it is decided
    or changed meanwhile.
    """
    by.require("misuse.open")
    case = locked_case(number, by, version)
    require_step(case, Status.OPEN)
    case.facts = required_facts(kind, found_on, facts, clock.today())
    case.kind, case.found_on = kind, found_on
    case.card = card_named(case.resident, card_number)
    case.version += 1
    # Who changed the facts last answers for them: the checker is another one.
    case.made_by_id = by.user_id
    case.save()
    write_items(case, recover)
    record(case, "misuse.change", by, kind=kind, claimed=str(selectors.recovery_of(case).claimed))
    return case


@transaction.atomic
def decide_case(
    *, number: str, version: int, reasoning: str, debtor: str, due_on: datetime.date | None, by: Actor
) -> MisuseCase:
    """It was a misuse (S1, Art. 30): benefits stop today, the card is suspended, the person is barred for the years of
    the policy, and what is to be recovered is due from `debtor` on `due_on`.

    The relationship ends with yesterday as its last covered day; coming back after the bar is a re-enrollment (B2).
    Invalid without reasons, or without debtor and a day to come where something is to be recovered; Refused for who
    opened the case, and where the person is barred already; Conflict where it is decided or changed meanwhile;
    NotAllowed.
    """
    by.require("misuse.decide")
    case = locked_case(number, by, version)
    require_step(case, Status.DECIDED)
    require_other_person(case, by)
    today = clock.today()
    case.reasoning = required(reasoning, "reasoning")
    claimed = selectors.recovery_of(case).claimed
    if claimed > 0:
        case.debtor, case.due_on = required_debtor(debtor, due_on, today)
    require_not_barred(case.resident, today)
    rule = policy.on(settings.POOLING_AREA, today)
    until = barred_until(today, rule)
    bar = CircumstanceData(Circumstance.Kind.BAR, "misuse", today, until)
    (case.bar,) = write_circumstances(case.resident, [bar], by=by, note=case.number)
    case.barred_until = until
    case.policy_version, case.policy_hash = rule.version, rule.content_hash
    cards.suspend_cards(case.resident, on=today, case=case.number, by=by)
    close(case, Status.DECIDED, today, by)
    kept = papers.keep_decision(case, rule)
    record(
        case,
        "misuse.decide",
        by,
        barred_until=until,
        claimed=str(claimed),
        due_on=case.due_on,
        **kept_as(kept),
    )
    return case


@transaction.atomic
def dismiss_case(*, number: str, version: int, reasoning: str, by: Actor) -> MisuseCase:
    """It was no misuse. Invalid without reasons; Refused for who opened the case; Conflict where it is decided or
    changed meanwhile; NotAllowed.
    """
    by.require("misuse.decide")
    case = locked_case(number, by, version)
    require_step(case, Status.DISMISSED)
    require_other_person(case, by)
    case.reasoning = required(reasoning, "reasoning")
    close(case, Status.DISMISSED, clock.today(), by)
    record(case, "misuse.dismiss", by, note=case.reasoning)
    return case


@transaction.atomic
def revoke_decision(*, number: str, version: int, reason: str, by: Actor) -> MisuseCase:
    """The decision fell, after an objection or in court: the bar was never true, the card is where it was, the
    relationship goes on, nothing is claimed any more.

    Invalid without a reason; Refused for who opened the case; Conflict where it is no decision in force or was changed
    meanwhile; NotAllowed.
    """
    by.require("misuse.decide")
    case = locked_case(number, by, version)
    require_step(case, Status.REVOKED)
    require_other_person(case, by)
    reason = required(reason, "reason")
    void_bar(case, reason, by)
    cards.lift_suspension(case.resident, on=clock.today(), reason=reason, by=by)
    case.status = Status.REVOKED
    case.revoked_on, case.revocation = clock.today(), reason
    case.version += 1
    case.save()
    record(case, "misuse.revoke", by, note=reason)
    return case


# --- what they share -------------------------------------------------------------------------------------------------


def locked_case(number: str, by: Actor, version: int) -> MisuseCase:
    """The case under lock, its resident locked first. NotAllowed where there is none for the actor; Conflict where it
    is not the one that was seen.
    """
    owner = selectors.cases_visible_to(by).values_list("resident__number", flat=True).filter(number=number).first()
    if owner is None:
        raise NotAllowed(_("There is no such case for you."), code="not_found")
    resident = locked_resident(owner, by)
    case = MisuseCase.objects.select_for_update(of=("self",)).select_related("card", "bar").get(number=number)
    require_version(case.version, version, told=lambda: last_change(case))
    case.resident = resident
    return case


def require_step(case: MisuseCase, then: str) -> None:
    """Conflict unless the case may become `then`."""
    require_transition(MisuseCase.TRANSITIONS, case.status, then, label=case.get_status_display)


def require_other_person(case: MisuseCase, by: Actor) -> None:
    """U14: Refused where the actor wrote the facts, first or later: nobody decides on their own case."""
    if selectors.wrote_facts(case, by):
        raise own_entry()


def require_not_barred(resident: Resident, on: datetime.date) -> None:
    """Refused where a bar is in force: the term of another runs."""
    if facts_on(resident, on).barred:
        raise Refused(_("This person is barred already."), code="barred", field="resident")


def required(text: str, field: str) -> str:
    """The text without blanks around it; Invalid where there is none."""
    if not text.strip():
        raise Invalid(_("Say why."), code="no_reason", field=field)
    return text.strip()


def required_facts(kind: str, found_on: datetime.date, facts: str, today: datetime.date) -> str:
    """What was found, in words. Invalid where the kind is none, the day lies ahead, or nothing is said."""
    if kind not in MisuseCase.Kind.values:
        raise Invalid(_("Choose what was done."), code="no_kind", field="kind")
    if found_on > today:
        raise Invalid(_("This day lies in the future."), code="future", field="found_on")
    if not facts.strip():
        raise Invalid(_("Write down what was found, and how."), code="no_facts", field="facts")
    return facts.strip()


def required_debtor(debtor: str, due_on: datetime.date | None, today: datetime.date) -> tuple[str, datetime.date]:
    """Who repays, and until when. Invalid where one of them is missing or the day is past."""
    debtor = " ".join(debtor.split())
    if not debtor or len(debtor) > NAME_LENGTH:
        raise Invalid(_("Enter who is to repay."), code="no_debtor", field="debtor")
    if due_on is None or due_on <= today:
        raise Invalid(_("Enter a day after today until which it is to be repaid."), code="no_term", field="due_on")
    return debtor, due_on


def card_named(resident: Resident, number: str) -> InsuranceCard | None:
    """The person's card with this number; None where no card is named (a forged one may be in no record)."""
    if not number.strip():
        return None
    card = InsuranceCard.objects.filter(resident=resident, number=number.strip()).first()
    if card is None:
        raise Invalid(_("This is no card of this person."), code="other_card", field="card_number")
    return card


def write_items(case: MisuseCase, recover: Mapping[str, Decimal]) -> None:
    """What is to be recovered, in place of what was written before. Invalid (field recover) for a settlement that is
    not the person's or not live, and an amount of nothing or more than the fund paid and no other case claims.
    """
    found = {row.number: row for row in selectors.recoverable(case.resident)}
    elsewhere = selectors.claimed_elsewhere([row.pk for row in found.values()], case.pk)
    items = []
    for number, amount in recover.items():
        settlement = found.get(number)
        if settlement is None:
            raise Invalid(_("Nothing can be recovered of %(number)s.") % {"number": number}, field="recover")
        require_amount(settlement, amount, elsewhere.get(settlement.pk, Decimal(0)))
        items.append(RecoveryItem(case=case, settlement=settlement, amount=fen(amount)))
    case.items.all().delete()
    RecoveryItem.objects.bulk_create(items)


def require_amount(settlement: Settlement, amount: Decimal, elsewhere: Decimal) -> None:
    """Invalid where more is claimed of a settlement than the fund paid by it, or nothing."""
    most = settlement.fund - elsewhere
    if not 0 < amount <= most:
        raise Invalid(
            _("Of %(number)s at most %(most)s yuan can be recovered, and more than nothing.")
            % {"number": settlement.number, "most": f"{most:,.2f}"},
            code="amount",
            field="recover",
        )


def keep_bar(circumstance: Circumstance) -> None:
    """S1: Refused where a decision that stands is behind a bar: it takes a second person to revoke it."""
    if circumstance.kind != Circumstance.Kind.BAR:
        return
    case = MisuseCase.objects.filter(bar=circumstance, status=Status.DECIDED).first()
    if case is not None:
        raise Refused(
            _("This bar was decided in the case %(number)s: it ends when the decision is revoked.")
            % {"number": case.number},
            code="decided",
        )


def void_bar(case: MisuseCase, reason: str, by: Actor) -> None:
    """The bar was never true: the relationship that ended by it goes on, unless something else ended it."""
    bar, resident = case.bar, case.resident
    if bar is None or bar.voided:
        return
    bar.voided = True
    bar.save(update_fields=["voided"])
    audit.record(
        by=by,
        verb="circumstances.void",
        obj=resident,
        resident=resident.number,
        changes={"kind": bar.kind, "value": bar.value, "starts": bar.starts, "ends": bar.ends},
        note=reason,
    )
    settle_ends(resident, by=by)
    follow(resident, by=by)


def close(case: MisuseCase, then: str, on: datetime.date, by: Actor) -> None:
    """Write down who decided what and when."""
    case.status = then
    case.decided_on = on
    case.decided_by_id = by.user_id
    case.version += 1
    case.save()


def record(case: MisuseCase, verb: str, by: Actor, note: str = "", **changes: object) -> None:
    """The act on the audit record, for the case's page and the resident's."""
    audit.record(
        by=by,
        verb=verb,
        obj=case,
        resident=case.resident.number,
        changes={"status": str(case.status), **changes},
        note=note,
    )
