"""Taking in a bank file: read whole or refused whole, kept as it came, checked at once by a dry run; imported when
somebody says so.
"""

import hashlib
from datetime import date
from pathlib import PurePath
from typing import IO

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from liaoyang_medins.kernel import clock, policy
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed
from liaoyang_medins.kernel.numbers import next_number
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.runs import intake
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs.kinds import Parameters
from liaoyang_medins.kernel.runs.models import Run

from ..labels import problem_text
from ..models import BankFile, BankFilePart
from ..reading import Content, Unreadable, read
from ..selectors import RUN, bank_files_visible_to, brought_by

MEGABYTE = 1024 * 1024
SIZE_AT_MOST = 32 * MEGABYTE
# Any number that no other advisory lock of the portal uses: files are taken in one after the other, so that the same
# one sent twice at once finds itself.
_LOCK = 102_2008_06


class SameFile(Conflict):
    """The file came before; `first` is the number under which it did, and the message says what it brought."""

    def __init__(self, first: BankFile) -> None:
        super().__init__(came_before(first), code="same_file", field="file")
        self.first = first.number


def came_before(first: BankFile) -> str:
    """When a file came first and what it brought, in words."""
    brought = brought_by(first)
    values = {"number": first.number, "day": first.uploaded_on.isoformat(), "payments": first.payments}
    values |= {"sum": f"{first.payments_sum:,.2f}", "returns": first.returns}
    values |= {name: brought[name].count for name in ("matched", "unmatched", "on_record")}
    came = _(
        "This file came on %(day)s already, as %(number)s. Payments: %(payments)s (%(sum)s yuan), returned payments: "
        "%(returns)s. Nothing was changed."
    )
    then = _("Notices settled: %(matched)s, unmatched: %(unmatched)s, on record before: %(on_record)s.")
    not_yet = _("It has not been imported yet.")
    return f"{came % values} {then % values if first.imported_on else not_yet}"


@transaction.atomic
def upload_file(*, file: IO[bytes], file_name: str, by: Actor, calls: bool = True) -> BankFile:
    """Keep a bank file and start its dry run; returns it.

    Raises Invalid (field `file`) where it is too large or anything in it cannot be right, with the first reasons, each
    with its line and column; SameFile where the very file, Conflict where another file of this number, came before;
    NotAllowed. Nothing is kept of a file that is refused.
    """
    by.require("bankfiles.import")
    if by.office is None:
        raise NotAllowed(_("Only an office brings bank files."), code="no_office")
    today = clock.today()
    data = _read(file)
    sha256 = hashlib.sha256(data).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    first = BankFile.objects.filter(sha256=sha256).first()
    if first is not None:
        raise SameFile(first)
    content = _content(data, today)
    _must_be_new(content)
    found = BankFile(
        number=next_number("bank_file", today),
        layout=content.form.layout.value,
        encoding=content.form.encoding,
        bank=content.bank,
        bank_name=content.bank_name,
        file_number=content.file_number,
        file_day=content.file_day,
        payments=content.sums.payments,
        payments_sum=content.sums.payments_sum,
        returns=content.sums.returns,
        returns_sum=content.sums.returns_sum,
        office=by.office,
        uploaded_by_id=by.user_id,
        uploaded_on=today,
        file_name=PurePath(file_name).name[-120:],
        size=len(data),
        sha256=sha256,
    )
    found.save(force_insert=True)
    _keep_parts(found, content)
    changes = {
        "bank": found.bank,
        "file_number": found.file_number,
        "payments": found.payments,
        "payments_sum": found.payments_sum,
        "returns": found.returns,
        "returns_sum": found.returns_sum,
        "sha256": sha256,
    }
    audit.record(by=by, verb="bankfiles.upload", obj=found, changes=changes)
    runs.start_run(kind=RUN, parameters=_parameters(found), by=by, dry_run=True, calls=calls)
    return found


def _read(file: IO[bytes]) -> bytes:
    data = file.read(SIZE_AT_MOST + 1)
    if len(data) > SIZE_AT_MOST:
        message = _("The file is larger than %(largest)s MB. Ask the bank to send it in several files.")
        raise Invalid(message % {"largest": SIZE_AT_MOST // MEGABYTE}, code="too_large", field="file")
    return data


def _content(data: bytes, today: date) -> Content:
    try:
        return read(data, policy.versions(settings.POOLING_AREA)[0].holds_from, today)
    except Unreadable as error:
        said = [problem_text(problem) for problem in error.problems]
        raise Invalid(
            _("The whole file is refused; nothing of it was recorded."),
            code=error.problems[0].code,
            field="file",
            reasons=said,
        ) from error


def _must_be_new(content: Content) -> None:
    first = BankFile.objects.filter(bank=content.bank, file_number=content.file_number).first()
    if first is not None:
        raise Conflict(
            _(
                "The bank's file %(file_number)s came on %(day)s already, as %(number)s, with other content. Nothing "
                "was changed. Ask the bank which of the two is right."
            )
            % {
                "file_number": first.file_number,
                "day": first.uploaded_on.isoformat(),
                "number": first.number,
            },
            code="same_number",
            field="file",
        )


def _keep_parts(found: BankFile, content: Content) -> None:
    BankFilePart.objects.bulk_create(
        (
            BankFilePart(file=found, position=place, first_line=part.first, lines=part.lines, content=part.content)
            for place, part in enumerate(content.parts)
        ),
        batch_size=20,
    )


# --- check, import, discard ------------------------------------------------------------------------------------------


def _locked(number: str, by: Actor) -> BankFile:
    by.require("bankfiles.import")
    if not bank_files_visible_to(by).filter(number=number).exists():
        raise NotAllowed(_("There is no such bank file."), code="not_found")
    return BankFile.objects.select_for_update(of=("self",)).get(number=number)


def _require_open(found: BankFile) -> None:
    if found.imported_on is not None:
        raise Conflict(
            _("This file was imported on %(day)s already.") % {"day": found.imported_on.isoformat()}, code="imported"
        )


def _parameters(found: BankFile) -> Parameters:
    return {"file": found.number, "bank": found.bank_name, "file_number": found.file_number}


@transaction.atomic
def check_file(*, number: str, by: Actor, calls: bool = True) -> Run:
    """Look at every line of a file anew; returns the run, or the one that is at it already. Raises Conflict where it
    was imported or is being imported, NotAllowed.
    """
    found = _locked(number, by)
    _require_open(found)
    busy = Conflict(_("This file is being imported now."), code="being_imported")
    return intake.check(kind=RUN, parameters=_parameters(found), by=by, calls=calls, busy=busy)


@transaction.atomic
def import_file(*, number: str, by: Actor, calls: bool = True) -> Run:
    """Bring in every line of a checked file; returns the run, or the one that is at it already.

    Each line is looked at again when its turn comes. Raises Conflict where the file was imported or no check of it has
    ended, NotAllowed.
    """
    found = _locked(number, by)
    _require_open(found)
    unchecked = Conflict(_("Wait until the file has been checked."), code="not_checked")
    return intake.carry_out(kind=RUN, parameters=_parameters(found), by=by, calls=calls, unchecked=unchecked)


@transaction.atomic
def discard_file(*, number: str, by: Actor) -> None:
    """Take away a file of which nothing was imported. Raises Conflict, NotAllowed."""
    found = _locked(number, by)
    _require_open(found)
    begun = Conflict(_("Lines of this file were imported: it stays."), code="begun")
    intake.give_up(kind=RUN, key=number, by=by, begun=begun)
    audit.record(by=by, verb="bankfiles.discard", obj=found, changes={"sha256": found.sha256})
    found.delete()
