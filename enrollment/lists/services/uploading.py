"""Taking in a list: read, kept row by row, checked at once by a dry run; applied when somebody says so."""

import hashlib
from collections.abc import Iterable
from pathlib import PurePath
from typing import IO

from django.db import transaction
from django.utils.translation import gettext as _

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import Conflict, NotAllowed
from liaoyang_medins.kernel.numbers import next_number
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.runs import intake
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs.kinds import Parameters
from liaoyang_medins.kernel.runs.models import Run
from liaoyang_medins.kernel.sheets.reading import Row, read_table
from liaoyang_medins.kernel.statements import insert_all

from ..layouts import AUTHORITIES, Found, Source, find_columns
from ..models import ListRow, UploadedList
from ..selectors import RUN, lists_visible_to
from ..showing import hidden
from ..stated import Finding, Stated, given_cells, read_row

State = ListRow.State
# A part is one transaction, and its people are locked as long as it takes.
ROWS_A_PART = 250
WRITTEN_AT_ONCE = 2_000


def sources_of(actor: Actor) -> tuple[Source, ...]:
    """The lists that the actor may bring: the agency those of the authorities, a school its own."""
    if not actor.may("lists.upload"):
        return ()
    return (Source.SCHOOL,) if actor.role is Role.SCHOOL else AUTHORITIES


@transaction.atomic
def upload_list(*, source: Source, file: IO[bytes], file_name: str, by: Actor, calls: bool = True) -> UploadedList:
    """Keep a list and start its dry run; returns it.

    Raises Invalid (field `file`) where the file cannot be read or has not the columns of this list, NotAllowed for
    who does not bring such lists. A row that cannot be read does not keep the others back: it is refused with every
    reason.
    """
    by.require("lists.upload")
    office = by.office
    if source not in sources_of(by) or office is None:
        raise NotAllowed(_("Another office brings this list."), code="not_yours")
    today = clock.today()
    found = find_columns(source, read_table(file))
    uploaded = UploadedList(
        number=next_number("list", today),
        source=source.value,
        office=office,
        uploaded_by_id=by.user_id,
        uploaded_on=today,
        file_name=hidden(PurePath(file_name).name)[-120:],
        sha256=_sha256(file),
        headings=list(found.headings),
        row_count=len(found.rows),
    )
    uploaded.save(force_insert=True)
    _write_rows(uploaded, rows_of(uploaded, source, found))
    changes = {"source": source.value, "rows": len(found.rows), "sha256": uploaded.sha256}
    audit.record(by=by, verb="lists.upload", obj=uploaded, changes=changes)
    runs.start_run(kind=RUN, parameters=_parameters(uploaded), by=by, dry_run=True, calls=calls)
    return uploaded


def _sha256(file: IO[bytes]) -> str:
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]


def rows_of(uploaded: UploadedList, source: Source, found: Found) -> Iterable[ListRow]:
    """The rows to be kept. Those of one person lie in one part, in their order; what a row above says already is
    refused.
    """
    today = uploaded.uploaded_on
    parts: dict[str, int] = {}
    seen: dict[tuple[object, ...], int] = {}
    in_parts = 0
    for row in found.rows:
        stated, wrong = read_row(source, found, row, today)
        wrong += _said_above(source, stated, row, seen)
        part = parts.get(stated.id_number)
        if part is None:
            part = in_parts // ROWS_A_PART + 1
            in_parts += 1
            if stated.id_number:
                parts[stated.id_number] = part
        yield ListRow(
            list=uploaded,
            place=row.place,
            part=part,
            cells=given_cells(found, row),
            # What cannot be read says nothing.
            stated={} if wrong else stated.to_json(),
            state=State.REFUSED if wrong else State.WAITING,
            findings=[finding.to_json() for finding in wrong],
        )


def _said_above(source: Source, stated: Stated, row: Row, seen: dict[tuple[object, ...], int]) -> list[Finding]:
    """Whether a row above says the same, of a pupil anything: then this one is refused."""
    if not stated.id_number:
        return []
    said = () if source is Source.SCHOOL else (stated.change, stated.status, stated.starts, stated.ends)
    first = seen.setdefault((stated.id_number, *said), row.place)
    return [Finding("twice", {"row": first})] if first != row.place else []


def _write_rows(uploaded: UploadedList, rows: Iterable[ListRow]) -> None:
    waiting: list[ListRow] = []
    for row in rows:
        waiting.append(row)
        if len(waiting) == WRITTEN_AT_ONCE:
            insert_all(waiting)
            waiting = []
    insert_all(waiting)


# --- check, apply, discard -------------------------------------------------------------------------------------------


def _locked(number: str, by: Actor) -> UploadedList:
    by.require("lists.upload")
    found = lists_visible_to(by).filter(number=number).values_list("pk", flat=True).first()
    if found is None:
        raise NotAllowed(_("There is no such list at your office."), code="not_found")
    return UploadedList.objects.select_for_update(of=("self",)).select_related("office").get(pk=found)


def _require_open(uploaded: UploadedList) -> None:
    if uploaded.applied_on is not None:
        raise Conflict(
            _("This list was applied on %(day)s already. Upload what was corrected as a new one.")
            % {"day": uploaded.applied_on.isoformat()},
            code="applied",
        )


def _parameters(uploaded: UploadedList) -> Parameters:
    return {"list": uploaded.number, "source": uploaded.source}


@transaction.atomic
def check_list(*, number: str, by: Actor, calls: bool = True) -> Run:
    """Look at every row of a list anew; returns the run, or the one that is at it already. Raises Conflict where it
    was applied or is being applied, NotAllowed.
    """
    uploaded = _locked(number, by)
    _require_open(uploaded)
    busy = Conflict(_("This list is being applied now."), code="being_applied")
    return intake.check(kind=RUN, parameters=_parameters(uploaded), by=by, calls=calls, busy=busy)


@transaction.atomic
def apply_list(*, number: str, by: Actor, calls: bool = True) -> Run:
    """Do what the rows of a checked list say; returns the run, or the one that is at it already.

    Each row is looked at again when its turn comes: what is on record may have changed since it was checked. Nobody
    has to confirm it: each row is the notice of a fact by who knows it. Raises Conflict where the list was applied or
    no check of it has ended, NotAllowed.
    """
    uploaded = _locked(number, by)
    _require_open(uploaded)
    unchecked = Conflict(_("Wait until the list has been checked."), code="not_checked")
    return intake.carry_out(kind=RUN, parameters=_parameters(uploaded), by=by, calls=calls, unchecked=unchecked)


@transaction.atomic
def discard_list(*, number: str, by: Actor) -> None:
    """Take away a list of which nothing was applied, with its rows. Raises Conflict, NotAllowed."""
    uploaded = _locked(number, by)
    _require_open(uploaded)
    begun = Conflict(_("Rows of this list were applied: it stays."), code="begun")
    intake.give_up(kind=RUN, key=number, by=by, begun=begun)
    audit.record(by=by, verb="lists.discard", obj=uploaded, changes={"rows": uploaded.row_count})
    uploaded.rows.all().delete()
    uploaded.delete()
