"""Taking in a statement of the bank: read whole or refused whole, kept as it came, checked at once by a dry run;
imported when somebody says so (F1).
"""

import hashlib
from pathlib import PurePath
from typing import IO

from django.db import connection, transaction
from django.utils.translation import gettext as _

from enrollment.bankfiles.reading import Unreadable
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed
from liaoyang_medins.kernel.numbers import next_number
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.runs import intake
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs.kinds import Parameters
from liaoyang_medins.kernel.runs.models import Run

from ..labels import problem_text
from ..layout import Content, read
from ..models import BankStatement

RUN = "bank_statement"
MEGABYTE = 1024 * 1024
SIZE_AT_MOST = 8 * MEGABYTE
# Any number that no other advisory lock of the portal uses: statements are taken in one after the other.
_LOCK = 102_2008_12


class SameFile(Conflict):
    """The file came before; `first` is the number under which it did."""

    def __init__(self, first: BankStatement) -> None:
        message = _("This statement came on %(day)s already, as %(number)s. Nothing was changed.")
        values = {"day": first.uploaded_on.isoformat(), "number": first.number}
        super().__init__(message % values, code="same_file", field="file")
        self.first = first.number


@transaction.atomic
def upload_statement(*, file: IO[bytes], file_name: str, by: Actor, calls: bool = True) -> BankStatement:
    """Keep a statement of the bank and start its dry run; returns it.

    Raises Invalid (field `file`) where it is too large, anything in it cannot be right, with the first reasons, each
    with its line, or it does not go on where the last statement ended; SameFile where the very file, Conflict where
    another one of this number, came before; NotAllowed. Nothing is kept of a file that is refused.
    """
    by.require("bankbook.import")
    today = clock.today()
    data = file.read(SIZE_AT_MOST + 1)
    if len(data) > SIZE_AT_MOST:
        message = _("The file is larger than %(largest)s MB. Ask the bank to send it in several files.")
        raise Invalid(message % {"largest": SIZE_AT_MOST // MEGABYTE}, code="too_large", field="file")
    sha256 = hashlib.sha256(data).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    first = BankStatement.objects.filter(sha256=sha256).first()
    if first is not None:
        raise SameFile(first)
    try:
        content = read(data, today)
    except Unreadable as error:
        raise Invalid(
            _("The whole file is refused; nothing of it was recorded."),
            code=error.problems[0].code,
            field="file",
            reasons=[problem_text(problem) for problem in error.problems],
        ) from error
    _must_follow(content)
    found = BankStatement.objects.create(
        number=next_number("bank_statement", today),
        encoding=content.encoding,
        bank=content.bank,
        bank_name=content.bank_name,
        account=content.account,
        statement=content.statement,
        first=content.first,
        last=content.last,
        opening=content.opening,
        closing=content.closing,
        count=len(content.movements),
        paid_in=content.paid_in,
        paid_out=content.paid_out,
        file_name=PurePath(file_name).name[-120:],
        size=len(data),
        sha256=sha256,
        content=data,
        uploaded_by_id=by.user_id,
        uploaded_on=today,
    )
    changes = {name: getattr(found, name) for name in ("bank", "statement", "opening", "closing", "count", "sha256")}
    audit.record(by=by, verb="bankbook.upload", obj=found, changes=changes)
    runs.start_run(kind=RUN, parameters=_parameters(found), by=by, dry_run=True, calls=calls)
    return found


def _must_follow(content: Content) -> None:
    """The statement is new and goes on where the last one ended. Raises Conflict, Invalid."""
    again = BankStatement.objects.filter(bank=content.bank, statement=content.statement).first()
    if again is not None:
        raise Conflict(
            _("Another statement with this number came on %(day)s, as %(number)s. Ask the bank which one is right.")
            % {"day": again.uploaded_on.isoformat(), "number": again.number},
            code="same_number",
            field="file",
        )
    before = BankStatement.objects.order_by("-last").first()
    if before is None:
        return
    if (before.bank, before.account) != (content.bank, content.account):
        raise Invalid(
            _("This is a statement of another account. The special account is %(account)s at %(bank)s.")
            % {"account": before.account, "bank": before.bank_name},
            code="other_account",
            field="file",
        )
    if content.first <= before.last or content.opening != before.closing:
        raise Invalid(
            _(
                "The last statement, %(number)s, ends on %(day)s with %(closing)s yuan; this one begins on %(first)s "
                "with %(opening)s. Upload the statements in their order, without a gap."
            )
            % {
                "number": before.statement,
                "day": before.last.isoformat(),
                "closing": f"{before.closing:,.2f}",
                "first": content.first.isoformat(),
                "opening": f"{content.opening:,.2f}",
            },
            code="does_not_follow",
            field="file",
        )


# --- check, import, discard ------------------------------------------------------------------------------------------


def _locked(number: str, by: Actor) -> BankStatement:
    by.require("bankbook.import")
    rows = BankStatement.objects.defer("content")
    found = rows.select_for_update(of=("self",)).filter(number=number).first()
    if found is None:
        raise NotAllowed(_("There is no such bank statement."), code="not_found")
    if found.imported_on is not None:
        raise Conflict(
            _("This statement was imported on %(day)s already.") % {"day": found.imported_on.isoformat()},
            code="imported",
        )
    return found


def _parameters(found: BankStatement) -> Parameters:
    return {"statement": found.number, "bank": found.bank_name, "of_bank": found.statement}


@transaction.atomic
def check_statement(*, number: str, by: Actor, calls: bool = True) -> Run:
    """Look anew at what an import would match; returns the run. Raises Conflict where it was imported or is being
    imported, NotAllowed.
    """
    found = _locked(number, by)
    busy = Conflict(_("This statement is being imported now."), code="being_imported")
    return intake.check(kind=RUN, parameters=_parameters(found), by=by, calls=calls, busy=busy)


@transaction.atomic
def import_statement(*, number: str, by: Actor, calls: bool = True) -> Run:
    """Bring the lines of a checked statement in and match what has its entry; returns the run, or the one that is at
    it already. Raises Conflict where it was imported, no check of it has ended, or an earlier statement is not
    imported yet; NotAllowed.
    """
    found = _locked(number, by)
    if BankStatement.objects.filter(last__lt=found.first, imported_on=None).exists():
        raise Conflict(_("Import the earlier statements first."), code="earlier_first")
    unchecked = Conflict(_("Wait until the statement has been checked."), code="not_checked")
    return intake.carry_out(kind=RUN, parameters=_parameters(found), by=by, calls=calls, unchecked=unchecked)


@transaction.atomic
def discard_statement(*, number: str, by: Actor) -> None:
    """Take a statement away of which nothing was imported, the last one first. Raises Conflict, NotAllowed."""
    found = _locked(number, by)
    if BankStatement.objects.filter(first__gt=found.last).exists():
        raise Conflict(_("A later statement goes on from this one: discard that first."), code="later_first")
    begun = Conflict(_("Lines of this statement were imported: it stays."), code="begun")
    intake.give_up(kind=RUN, key=number, by=by, begun=begun)
    audit.record(by=by, verb="bankbook.discard", obj=found, changes={"sha256": found.sha256})
    found.delete()
