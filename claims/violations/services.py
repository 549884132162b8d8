"""Reports of the public (S2, Art. 31): given without signing in, asked for by number and code, told the result."""

import datetime
import hmac
import re
import secrets
import uuid
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from claims.inspections.models import Report
from claims.inspections.services import receive_report
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import Invalid, Refused
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.submissions import one_at_a_time

from .models import PublicReport

# Who writes it down: nobody is signed in.
PUBLIC = Actor.job("public")
# No 0 and O, 1, I and L: the code is written down by hand. 12 of 31 characters are 59 bits.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH, GROUP = 12, 4
SOURCES = (Report.Source.RESIDENT, Report.Source.CITIZEN, Report.Source.INSTITUTION, Report.Source.ANONYMOUS)
# So many digits in a row may be somebody's number.
NUMBER = re.compile(r"\d{6,}")


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said of a report to who asks by its number and code: no names, and nothing of what was reported."""

    number: str
    status: str
    result: str
    received_on: datetime.date
    due_on: datetime.date
    closed_on: datetime.date | None
    told: str


@transaction.atomic
def receive_public_report(
    *,
    submission: uuid.UUID,
    source: str,
    facts: str,
    institution: str = "",
    about_other: str = "",
    happened_on: datetime.date | None = None,
    reporter_name: str = "",
    reporter_contact: str = "",
) -> tuple[Report, str]:
    """Enter what somebody of the public reports into the register; gives the report and the code to ask by, which
    nobody can be told again: it is empty where the same `submission` came before.

    Invalid as `receive_report`; Refused where more came within a day than anybody could read.
    """
    if source not in SOURCES:
        raise Invalid(_("Choose who reports."), field="source")
    one_at_a_time(submission)
    known = Report.objects.filter(submission=submission).first()
    if known is not None:
        return known, ""
    today = clock.today()
    if PublicReport.objects.filter(report__received_on=today).count() >= settings.PUBLIC_REPORTS_A_DAY:
        raise Refused(
            _("More reports came today than can be taken here. Telephone the agency, or come back tomorrow."),
            code="too_many",
        )
    report = receive_report(
        submission=submission,
        source=source,
        facts=facts,
        institution=institution,
        about_other=about_other,
        happened_on=happened_on,
        reporter_name=reporter_name,
        reporter_contact=reporter_contact,
        by=PUBLIC,
    )
    code = "".join(secrets.choice(ALPHABET) for _place in range(LENGTH))
    PublicReport.objects.create(report=report, code_hash=hash_of(report.number, code))
    return report, spaced(code)


def ask(*, number: str, code: str) -> Answer | None:
    """How it stands with the report of this number, for who has its code; None for a wrong one, and for a number that
    is none, alike.
    """
    number, plain = number.strip().upper(), plain_code(code)
    found = PublicReport.objects.select_related("report").filter(report__number=number).first()
    kept = found.code_hash if found is not None else hash_of("", "")
    fits = hmac.compare_digest(kept, hash_of(number, plain))
    if found is None or not fits:
        return None
    report = found.report
    return Answer(
        number=report.number,
        status=report.status,
        result=report.result,
        received_on=report.received_on,
        due_on=report.due_on,
        closed_on=report.closed_on,
        told=found.told,
    )


def tell(report: Report, told: str) -> None:
    """What who reported is told, kept as the report is closed: nothing where it did not come by the public page.

    Invalid (told) where nothing is said, or what is said names the person, who reported, or somebody's number.
    """
    found = PublicReport.objects.select_for_update().filter(report=report).first()
    if found is None:
        return
    text = told.strip()
    if not text:
        raise Invalid(_("Say what who reported may be told."), code="nothing_said", field="told")
    names = [report.reporter_name, report.reporter_contact, report.resident.name if report.resident else ""]
    if NUMBER.search(text) or any(name and name in text for name in names):
        raise Invalid(_("Name nobody, and no number of anybody."), code="names_somebody", field="told")
    found.told = text
    found.save(update_fields=["told"])


def hash_of(number: str, code: str) -> str:
    """The keyed hash of a code, 64 characters. The code is long and random: a quick hash is enough."""
    return salted_hmac("claims.violations", f"{number} {code}", algorithm="sha256").hexdigest()


def plain_code(code: str) -> str:
    """A code as it is typed, without blanks and strokes."""
    return "".join(char for char in code.upper() if char.isalnum())


def spaced(code: str) -> str:
    """A code as it is shown: in groups of four."""
    return "-".join(code[place : place + GROUP] for place in range(0, len(code), GROUP))
