"""A finding on its way: given to somebody of the agency, answered, closed by a supervisor (S2, Art. 31)."""

import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from claims.inspections.models import Inspection
from claims.misuse.models import MisuseCase
from claims.services.records import own_entry
from funds.watch import selectors
from funds.watch.models import Finding
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.audit.selectors import last_change
from liaoyang_medins.kernel.days import last_day_of_term
from liaoyang_medins.kernel.errors import Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.states import require_transition, require_version

Status, Consequence = Finding.Status, Finding.Consequence


def usual_term(today: datetime.date) -> datetime.date:
    """Until when the agency answers a finding that is given to it today, unless another day is named."""
    return last_day_of_term(today, settings.WATCH_TERM_DAYS)


@transaction.atomic
def assign(*, number: str, version: int, owner: str, due_on: datetime.date, note: str = "", by: Actor) -> Finding:
    """Give a finding to a user of the agency (`owner`, the user name), who answers by `due_on`: an open one, one in
    somebody else's hand, or an answered one back, with what is missing (`note`). What was answered stays on record.

    Invalid (owner) for who works at no agency today, (due_on) for a day that is not to come, (note) where an answered
    one comes back without a reason; Conflict where it is closed or was changed meanwhile; NotAllowed.
    """
    by.require("watch.assign")
    finding = locked(number, by, version)
    require_transition(Finding.TRANSITIONS, finding.status, Status.IN_HAND, label=finding.get_status_display)
    back = finding.status == Status.ANSWERED
    if back:
        required(note, "note", _("Say what is missing."))
    user = selectors.owners_on(clock.today()).filter(username=owner.strip()).first()
    if user is None:
        raise Invalid(_("Choose somebody who works at the agency."), code="no_owner", field="owner")
    if due_on <= clock.today():
        raise Invalid(_("Choose a day to come."), code="past", field="due_on")
    finding.owner, finding.due_on, finding.status = user, due_on, Status.IN_HAND
    verb = "watch.give_back" if back else "watch.assign"
    return saved(finding, verb, by, note=note.strip(), owner=user.username, due_on=due_on)


@transaction.atomic
def answer(*, number: str, version: int, answer: str, consequence: str, case: str = "", by: Actor) -> Finding:
    """Say for the agency what it is, and what follows: a case of misuse or an inspection (`case`, its number), or
    nothing.

    Refused for who does not see to it; Invalid without words, or where the case is none about this person or one of
    these institutions; Conflict where it is not in hand or was changed meanwhile; NotAllowed.
    """
    by.require("watch.answer")
    finding = locked(number, by, version)
    require_transition(Finding.TRANSITIONS, finding.status, Status.ANSWERED, label=finding.get_status_display)
    if by.user_id is None or finding.owner_id != by.user_id:
        raise Refused(_("Somebody else sees to this finding."), code="not_yours")
    finding.answer = required(answer, "answer", _("Say what was looked at and what it is."))
    set_consequence(finding, consequence, case)
    finding.status, finding.answered_on, finding.answered_by_id = Status.ANSWERED, clock.today(), by.user_id
    return saved(finding, "watch.answer", by, note=finding.answer, consequence=consequence, case=case.strip())


@transaction.atomic
def close(*, number: str, version: int, result: str, conclusion: str, by: Actor) -> Finding:
    """Close a finding: an answered one with any result, an open one only as unfounded.

    Refused for who answered it; Invalid without words or a result; Conflict where it is in hand or closed, or was
    changed meanwhile; NotAllowed.
    """
    by.require("watch.close")
    finding = locked(number, by, version)
    if result not in Finding.CLOSED:
        raise Invalid(_("Choose a result."), field="result")
    require_transition(Finding.TRANSITIONS, finding.status, result, label=finding.get_status_display)
    if finding.answered_by_id is not None and finding.answered_by_id == by.user_id:
        raise own_entry()
    finding.conclusion = required(conclusion, "conclusion", _("Say why."))
    finding.status, finding.closed_on, finding.closed_by_id = result, clock.today(), by.user_id
    return saved(finding, "watch.close", by, note=finding.conclusion)


# --- what they share -------------------------------------------------------------------------------------------------


def locked(number: str, by: Actor, version: int) -> Finding:
    """The finding under lock. NotAllowed where there is none for the actor, Conflict where it is not the one seen."""
    if not selectors.findings_visible_to(by).filter(number=number).exists():
        raise NotAllowed(_("There is no such finding for you."), code="not_found")
    finding = Finding.objects.select_for_update(of=("self",)).select_related("resident").get(number=number)
    require_version(finding.version, version, told=lambda: last_change(finding))
    return finding


def set_consequence(finding: Finding, consequence: str, case: str) -> None:
    """What follows from it. Raises Invalid."""
    if consequence not in Consequence.values:
        raise Invalid(_("Choose what follows."), field="consequence")
    finding.consequence, finding.misuse, finding.inspection = consequence, None, None
    number = case.strip().upper()
    if consequence == Consequence.MISUSE:
        residents = selectors.residents_of(finding)
        finding.misuse = MisuseCase.objects.filter(number=number, resident__in=residents).first()
    if consequence == Consequence.INSPECTION:
        institutions = selectors.institutions_of(finding)
        finding.inspection = Inspection.objects.filter(number=number, institution__in=institutions).first()
    if consequence != Consequence.NONE and finding.misuse is None and finding.inspection is None:
        raise Invalid(
            _("There is no such case about this person, or inspection of this institution."),
            code="case_unknown",
            field="case",
        )


def required(text: str, field: str, message: str) -> str:
    """The text without blanks around it; Invalid where there is none."""
    if not text.strip():
        raise Invalid(message, code="nothing_said", field=field)
    return text.strip()


def saved(finding: Finding, verb: str, by: Actor, note: str = "", **changes: object) -> Finding:
    """The finding and the act on the audit record."""
    finding.version += 1
    finding.save()
    resident = finding.resident.number if finding.resident else ""
    told = {"status": str(finding.status), **{name: value for name, value in changes.items() if value != ""}}
    audit.record(by=by, verb=verb, obj=finding, resident=resident, changes=told, note=note)
    return finding
