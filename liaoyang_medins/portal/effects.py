"""What a change changes: what is known of a resident before and after it, told side by side.

Nothing here works out what follows from a change: the verbs themselves are run, and what they made is looked at. For a
preview they are run in a transaction that is taken back.
"""

import datetime
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from claims import selectors as claims
from claims.models import SettlementToCorrect
from enrollment.cards import selectors as cards
from enrollment.contributions import selectors as contributions
from enrollment.contributions.models import ContributionNotice
from enrollment.contributions.previews import preview_payment
from enrollment.registration import selectors as registration
from enrollment.registration.labels import label
from enrollment.registration.models import Enrollment, Registration, Resident
from enrollment.registration.rules import assess_eligibility
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.policy import BeforeTheLaw
from liaoyang_medins.kernel.policy.terms import Sex
from liaoyang_medins.kernel.web.templatetags.medins import masked

# The groups in the order in which they are told.
GROUPS: dict[str, str | Promise] = {
    "person": gettext_lazy("The person"),
    "eligibility": gettext_lazy("May take part"),
    "relationship": gettext_lazy("Insured relationship"),
    "registration": gettext_lazy("Registration under way"),
    "notices": gettext_lazy("Contribution notices"),
    "benefits": gettext_lazy("Benefit periods"),
    "cards": gettext_lazy("Certificate and card"),
    "district": gettext_lazy("District that pays"),
    "settlements": gettext_lazy("Settlements of stays"),
}
NOTHING = "—"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is known: `key` names it within its group, `label` in words; `new_label` where it is first made
    by the change, since its number is not drawn for good yet; `over` where it is something that has ended.
    """

    group: str
    key: str
    label: str
    value: str
    new_label: str = ""
    over: bool = False


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that a change changes, in words; `ends` where it ends by it."""

    group: str
    label: str
    before: str
    after: str
    ends: bool = False


Look = Callable[[Resident, Actor, datetime.date], Iterable[Item]]


def person(resident: Resident, actor: Actor, today: datetime.date) -> Iterator[Item]:
    """Who it is and where they live."""
    yield Item("person", "name", _("Name"), resident.name)
    yield Item("person", "birth", _("Date of birth"), resident.birth_date.isoformat())
    yield Item("person", "sex", _("Sex"), label(Sex(resident.sex)))
    yield Item("person", "id_number", _("ID number"), masked(resident.id_number) if resident.id_number else NOTHING)
    # With the district: names of communities repeat.
    place = f"{registration.district_of(resident).label} · {resident.community.label}"
    yield Item("person", "community", _("Community"), place)


def eligibility(resident: Resident, actor: Actor, today: datetime.date) -> Iterator[Item]:
    """E1–E9 on the day itself."""
    died = registration.died_on(resident)
    if died is not None:
        yield Item("eligibility", "today", _("Today"), _("Died on %(day)s") % {"day": died.isoformat()})
        return
    try:
        policy = registration.policy_on(today)
    except BeforeTheLaw:
        return
    found = assess_eligibility(registration.facts_on(resident, today), today, policy)
    if found.reasons:
        said = _("No: %(reasons)s") % {"reasons": " ".join(label(reason) for reason in found.reasons)}
    else:
        said = _("Yes: %(category)s") % {"category": label(found.category) if found.category else ""}
    yield Item("eligibility", "today", _("Today"), said)


def relationships(resident: Resident, actor: Actor, today: datetime.date) -> Iterator[Item]:
    for row in Enrollment.objects.filter(resident=resident).order_by("starts", "pk"):
        days = _("From %(day)s on") % {"day": row.starts.isoformat()}
        if row.ends is not None:
            days = _("until %(day)s: %(reason)s") % {
                "day": row.ends.isoformat(),
                "reason": row.get_end_reason_display(),
            }
        yield Item("relationship", row.number, row.number, days, over=row.ends is not None)


def registrations(resident: Resident, actor: Actor, today: datetime.date) -> Iterator[Item]:
    rows = Registration.objects.select_related("office").filter(resident=resident, status__in=Registration.OPEN)
    for row in rows:
        yield Item("registration", row.number, row.number, f"{row.get_status_display()} · {row.office.label}")


def notices(resident: Resident, actor: Actor, today: datetime.date) -> Iterator[Item]:
    """Every notice, what it asks for, and whether it can still be paid."""
    for row in contributions.notices_of(resident):
        title = _("%(number)s for %(year)s") % {"number": row.number, "year": row.contribution_year}
        new = _("New notice for %(year)s") % {"year": row.contribution_year}
        yield Item("notices", row.number, title, f"{row.personal:,.2f} · {notice_state(row, today)}", new)
        if row.status == ContributionNotice.Status.PAID:
            yield Item("district", row.number, title, row.district.label, new)


def notice_state(notice: ContributionNotice, today: datetime.date) -> str:
    if notice.status != ContributionNotice.Status.OPEN:
        return notice.get_status_display()
    until = _("To be paid until %(day)s") % {"day": notice.pay_until.isoformat()}
    ends = notice.enrollment.ends
    if ends is not None and ends < max(today, notice.pay_from):
        return _("Cannot be paid any more: the relationship has ended")
    found = preview_payment(notice, today)
    if found.assessment is None:
        return _("Cannot be paid any more: %(reasons)s") % {"reasons": " ".join(map(str, found.reasons))}
    return until


def benefits(resident: Resident, actor: Actor, today: datetime.date) -> Iterator[Item]:
    for row in contributions.period_rows(resident, today):
        days = f"{row.starts.isoformat()} – {row.ends.isoformat()}"
        said = {"withdrawn": _("Withdrawn"), "ended": _("Ended before it began")}.get(row.state, days)
        yield Item("benefits", row.notice.number, row.notice.number, said)


def held_cards(resident: Resident, actor: Actor, today: datetime.date) -> Iterator[Item]:
    """Every card that is not replaced or out of use, and from when on nobody is treated on it."""
    if not actor.may("cards.see"):
        return
    for card in reversed(cards.cards_of(resident)):
        if not card.is_live:
            continue
        said = str(card.get_status_display())
        if card.enrollment.ends is not None:
            said = _("%(status)s · covers nobody after %(day)s") % {
                "status": said,
                "day": card.enrollment.ends.isoformat(),
            }
        yield Item("cards", card.number, card.number, said)


def settlements(resident: Resident, actor: Actor, today: datetime.date) -> Iterator[Item]:
    """Which settlements wait for a correction; who sees no stays is told how many."""
    rows = SettlementToCorrect.objects.filter(settlement__resident=resident, settlement__live=True, status="waiting")
    if actor.may("corrections.see"):
        listed = {row.settlement_id for row in rows}
        live = claims.settlements_visible_to(actor).filter(resident=resident, live=True).order_by("sequence")
        for row in live:
            said = _("To be corrected") if row.pk in listed else _("Stands")
            where = f"{row.number} · {row.stay.institution.label} · {row.settled_on.isoformat()}"
            yield Item("settlements", row.number, where, said)
        return
    yield Item("settlements", "count", _("To be corrected by the agency"), str(rows.count()))


# What is looked at; the apps above add theirs.
LOOKS: list[Look] = [
    person,
    eligibility,
    relationships,
    registrations,
    notices,
    benefits,
    held_cards,
    settlements,
]


def picture_of(resident_id: int, actor: Actor, today: datetime.date) -> dict[tuple[str, str], Item]:
    """Everything that is known of the resident, read anew."""
    resident = Resident.objects.select_related("community__parent__parent").get(pk=resident_id)
    items = (item for look in LOOKS for item in look(resident, actor, today))
    return {(item.group, item.key): item for item in items}


def compare(before: dict[tuple[str, str], Item], after: dict[tuple[str, str], Item]) -> tuple[Effect, ...]:
    """What differs, by groups."""
    found = []
    for key in [*before, *(key for key in after if key not in before)]:
        was, now = before.get(key), after.get(key)
        item = was or now
        if item is None or (was is not None and now is not None and was.value == now.value):
            continue
        words = item.label if was is not None else (item.new_label or item.label)
        ends = now is not None and now.over and (was is None or not was.over)
        found.append(Effect(item.group, words, was.value if was else NOTHING, now.value if now else NOTHING, ends))
    order = list(GROUPS)
    return tuple(sorted(found, key=lambda effect: order.index(effect.group)))


def effects_of(
    apply: Callable[[], object], resident_id: int, actor: Actor, today: datetime.date
) -> tuple[Effect, ...]:
    """Do it and tell what it changed of the resident, whose row is locked."""
    before = picture_of(resident_id, actor, today)
    apply()
    return compare(before, picture_of(resident_id, actor, today))


def preview(apply: Callable[[], object], resident_id: int, actor: Actor, today: datetime.date) -> tuple[Effect, ...]:
    """What doing it would change: it is done, looked at and taken back. Raises what doing it raises.

    Numbers that it draws from sequences are lost, locks are held for as long as it takes.
    """
    with transaction.atomic():
        found = effects_of(apply, resident_id, actor, today)
        transaction.set_rollback(True)
    return found


def mark_of(effects: Iterable[Effect]) -> str:
    """A short mark of what was shown: what is confirmed must be the same."""
    told = json.dumps([[item.group, item.label, item.before, item.after] for item in effects], ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Group:
    """The effects of one kind, for the page."""

    title: str
    effects: tuple[Effect, ...]


def grouped(effects: Iterable[Effect]) -> list[Group]:
    rows = list(effects)
    groups = [Group(str(title), tuple(row for row in rows if row.group == code)) for code, title in GROUPS.items()]
    return [group for group in groups if group.effects]
