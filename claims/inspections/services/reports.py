"""A report of a suspected violation: received, taken in hand, closed with a result within the term (S2, Art. 31)."""

import datetime
import uuid
from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from claims.models import Institution
from enrollment.cards.models import InsuranceCard
from enrollment.registration.models import Resident
from enrollment.registration.selectors import survivor_of
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.audit.selectors import last_change
from liaoyang_medins.kernel.days import last_day_of_term
from liaoyang_medins.kernel.errors import Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.numbers import next_number
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.states import require_transition, require_version
from liaoyang_medins.kernel.submissions import one_at_a_time

from .. import selectors
from ..models import Report

Status = Report.Status
# Who tells people what came of their report as it is closed: the report, and what may be told.
TELL: list[Callable[[Report, str], None]] = []


@transaction.atomic
def receive_report(
    *,
    submission: uuid.UUID,
    source: str,
    facts: str,
    institution: str = "",
    resident: str = "",
    card: str = "",
    about_other: str = "",
    happened_on: datetime.date | None = None,
    reporter_name: str = "",
    reporter_contact: str = "",
    by: Actor,
) -> Report:
    """Write down what somebody reports: about the institution with a code, the person with a personal number, a card
    by its number, or what is named in words; at least one of them. It is to be closed within REPORT_TERM_DAYS days.

    The same `submission` again gives back the first report. Invalid where nothing is said, or nothing that it is about
    is on record; an anonymous report names nobody; NotAllowed.
    """
    by.require("reports.enter")
    one_at_a_time(submission)
    first = Report.objects.filter(submission=submission).first()
    if first is not None:
        return first
    today = clock.today()
    if source not in Report.Source.values:
        raise Invalid(_("Choose who reports."), field="source")
    if happened_on is not None and happened_on > today:
        raise Invalid(_("This day lies in the future."), code="future", field="happened_on")
    name, contact = " ".join(reporter_name.split()), " ".join(reporter_contact.split())
    if source == Report.Source.ANONYMOUS and (name or contact):
        raise Invalid(_("An anonymous report names nobody."), code="anonymous", field="reporter_name")
    report = Report(
        number=next_number("report", today),
        submission=submission,
        source=source,
        institution=_institution(institution),
        resident=_resident(resident),
        card=_card(card),
        about_other=" ".join(about_other.split()),
        happened_on=happened_on,
        facts=required(facts, "facts", _("Write down what is reported.")),
        reporter_name=name,
        reporter_contact=contact,
        received_on=today,
        due_on=last_day_of_term(today, settings.REPORT_TERM_DAYS),
        made_by_id=by.user_id,
    )
    if not (report.institution or report.resident or report.card or report.about_other):
        raise Invalid(_("Say what the report is about."), code="about_nothing", field="about_other")
    report.save(force_insert=True)
    record(report, "reports.receive", by, source=source, due_on=report.due_on)
    return report


@transaction.atomic
def take_report(*, number: str, version: int, by: Actor) -> Report:
    """Take a report in hand, or over from who has it: from now on the actor sees who reported. Conflict where it is
    closed or was changed meanwhile; NotAllowed.
    """
    by.require("reports.handle")
    report = locked(number, by, version)
    require_transition(Report.TRANSITIONS, report.status, Status.IN_HAND, label=report.get_status_display)
    if by.user_id is None:
        raise NotAllowed(_("Only a user handles reports."), code="no_user")
    report.status, report.handler_id = Status.IN_HAND, by.user_id
    save(report)
    record(report, "reports.take", by)
    return report


@transaction.atomic
def close_report(*, number: str, version: int, result: str, answer: str, told: str = "", by: Actor) -> Report:
    """Close a report with its result and what came of it; `told` is for who gave it on the public page.

    Refused for who does not handle it; Invalid without words, or where what is told names somebody; Conflict where it
    is not in hand or was changed meanwhile; NotAllowed.
    """
    by.require("reports.handle")
    report = locked(number, by, version)
    require_transition(Report.TRANSITIONS, report.status, Status.CLOSED, label=report.get_status_display)
    if report.handler_id != by.user_id:
        raise Refused(_("Somebody else handles this report. Take it over first."), code="not_yours")
    if result not in Report.Result.values:
        raise Invalid(_("Choose a result."), field="result")
    report.result, report.closed_on = result, clock.today()
    report.answer = required(answer, "answer", _("Say what came of it."))
    report.status = Status.CLOSED
    for tell in TELL:
        tell(report, told)
    save(report)
    record(report, "reports.close", by, result=result)
    return report


def locked(number: str, by: Actor, version: int) -> Report:
    """The report under lock. NotAllowed where there is none for the actor, Conflict where it is not the one seen."""
    if not selectors.reports_visible_to(by).filter(number=number).exists():
        raise NotAllowed(_("There is no such report for you."), code="not_found")
    report = Report.objects.select_for_update(of=("self",)).get(number=number)
    require_version(report.version, version, told=lambda: last_change(report))
    return report


def save(report: Report) -> None:
    report.version += 1
    report.save()


def record(report: Report, verb: str, by: Actor, **changes: object) -> None:
    """The act on the audit record; who reported never stands there."""
    number = report.resident.number if report.resident else ""
    audit.record(by=by, verb=verb, obj=report, resident=number, changes={"status": str(report.status), **changes})


def required(text: str, field: str, message: str) -> str:
    """The text without blanks around it; Invalid where there is none."""
    if not text.strip():
        raise Invalid(message, code="nothing_said", field=field)
    return text.strip()


def _institution(code: str) -> Institution | None:
    if not code.strip():
        return None
    found = Institution.objects.filter(code=code.strip()).first()
    if found is None:
        raise Invalid(_("There is no institution with this code."), code="institution_unknown", field="institution")
    return found


def _resident(number: str) -> Resident | None:
    if not number.strip():
        return None
    found = Resident.objects.filter(number=number.strip().upper()).first()
    if found is None:
        raise Invalid(_("There is nobody with this personal number."), code="person_unknown", field="resident")
    return survivor_of(found)


def _card(number: str) -> InsuranceCard | None:
    if not number.strip():
        return None
    found = InsuranceCard.objects.filter(number=number.strip()).first()
    if found is None:
        raise Invalid(_("There is no card with this number."), code="card_unknown", field="card")
    return found
