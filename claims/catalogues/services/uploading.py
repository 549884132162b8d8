"""Taking in a catalogue: read, kept with its file, checked at once by a dry run; a second person has it applied."""

import datetime
import hashlib
from collections.abc import Iterable
from pathlib import PurePath
from typing import IO

from django.db import connection, transaction
from django.utils.translation import gettext as _

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.numbers import next_number
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.runs import intake
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs.kinds import Parameters
from liaoyang_medins.kernel.runs.models import Run
from liaoyang_medins.kernel.sheets.columns import Finding, Found, find_columns, given_cells
from liaoyang_medins.kernel.sheets.reading import read_table
from liaoyang_medins.kernel.statements import insert_all

from .. import selectors
from ..models import CatalogueFile, CatalogueRow, CatalogueVersion
from ..reading import CODE, layout, read_row
from ..selectors import RUN, counts_of

State = CatalogueRow.State
Scope = CatalogueVersion.Scope
# A part is one transaction.
ROWS_A_PART = 1_000
WRITTEN_AT_ONCE = 2_000
# Any number that no other advisory lock of the portal uses: one version is applied at a time.
_APPLY_LOCK = 102_2010


@transaction.atomic
def upload_version(
    *,
    scope: str,
    starts: datetime.date,
    file: IO[bytes],
    file_name: str,
    document: str = "",
    by: Actor,
    calls: bool = True,
) -> CatalogueVersion:
    """Keep a catalogue that holds from a day on, or a part of one, and start its dry run; returns it.

    Raises Invalid (field `file`) where the file cannot be read or has not the columns, (field `starts`) for a whole
    catalogue from a day before that of the newest entry; NotAllowed. A row that cannot be read does not keep the
    others back: it is refused with every reason.
    """
    by.require("catalogue.upload")
    if by.office is None:
        raise NotAllowed(_("Only an office brings a catalogue."), code="no_office")
    if scope not in Scope.values:
        raise Invalid(_("Choose what the file is."), field="scope")
    require_not_before_newest(scope, starts)
    found = find_columns(layout(), read_table(file))
    file.seek(0)
    content = file.read()
    today = clock.today()
    version = CatalogueVersion(
        number=next_number("catalogue", today),
        scope=scope,
        starts=starts,
        document=" ".join(document.split())[:100],
        office=by.office,
        uploaded_by_id=by.user_id,
        uploaded_on=today,
        file_name=PurePath(file_name).name[-120:],
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        headings=list(found.headings),
        row_count=len(found.rows),
    )
    version.save(force_insert=True)
    CatalogueFile.objects.create(version=version, content=content)
    rows = list(rows_of(version, found))
    for first in range(0, len(rows), WRITTEN_AT_ONCE):
        insert_all(rows[first : first + WRITTEN_AT_ONCE])
    changes = {"from": starts, "scope": scope, "rows": len(rows), "sha256": version.sha256}
    audit.record(by=by, verb="catalogue.upload", obj=version, changes=changes)
    runs.start_run(kind=RUN, parameters=parameters_of(version), by=by, dry_run=True, calls=calls)
    return version


def require_not_before_newest(scope: str, starts: datetime.date) -> None:
    """What a whole catalogue does not name ends; what begins later could not."""
    newest = selectors.newest_day()
    if scope == Scope.WHOLE and newest is not None and newest > starts:
        raise Invalid(
            _("The catalogue has entries from %(day)s on. Choose that day or a later one, or upload a part.")
            % {"day": newest.isoformat()},
            code="before_newest",
            field="starts",
        )


def rows_of(version: CatalogueVersion, found: Found) -> Iterable[CatalogueRow]:
    """The rows to be kept; of a code that stands twice the second is refused."""
    seen: dict[str, int] = {}
    for place, row in enumerate(found.rows):
        stated, wrong = read_row(found, row)
        code = stated.get("code", "")
        first = seen.setdefault(code, row.place) if code else row.place
        if first != row.place:
            wrong.append(Finding("code_twice", {"row": first}))
        yield CatalogueRow(
            version=version,
            place=row.place,
            part=place // ROWS_A_PART + 1,
            code=code if CODE.fullmatch(code) else "",
            cells=given_cells(found, row),
            # What cannot be read says nothing.
            stated={} if wrong else stated,
            state=State.REFUSED if wrong else State.WAITING,
            findings=[finding.to_json() for finding in wrong],
        )


# --- check, apply, discard -------------------------------------------------------------------------------------------


def locked(number: str, by: Actor) -> CatalogueVersion:
    """The version under lock. NotAllowed where there is none for the actor."""
    if not selectors.versions_visible_to(by).filter(number=number).exists():
        raise NotAllowed(_("There is no such version for you."), code="not_found")
    return CatalogueVersion.objects.select_for_update(of=("self",)).get(number=number)


def require_open(version: CatalogueVersion) -> None:
    if version.applied_on is not None:
        raise Conflict(
            _("This version was applied on %(day)s already. Upload what was corrected as a new one.")
            % {"day": version.applied_on.isoformat()},
            code="applied",
        )


def parameters_of(version: CatalogueVersion) -> Parameters:
    return {"version": version.number}


@transaction.atomic
def check_version(*, number: str, by: Actor, calls: bool = True) -> Run:
    """Compare every row with the catalogue anew; returns the run, or the one that is at it already. Raises Conflict
    where the version was applied or is being applied, NotAllowed.
    """
    if not by.may("catalogue.apply"):
        by.require("catalogue.upload")
    version = locked(number, by)
    require_open(version)
    busy = Conflict(_("This version is being applied now."), code="being_applied")
    return intake.check(kind=RUN, parameters=parameters_of(version), by=by, calls=calls, busy=busy)


@transaction.atomic
def apply_version(*, number: str, by: Actor, calls: bool = True) -> Run:
    """Have a checked version applied; returns the run, or the one that is at it already.

    What changes or ends does so with the day before the version's first; its new entries begin on that day. Fee lines
    that were entered keep what the catalogue said then. Raises Refused for who uploaded it (U14), where nothing
    differs, and where a row of a whole catalogue has no code that can be read; Conflict where it was applied, no check
    of it has ended, another version is being applied or was since the check; NotAllowed.
    """
    by.require("catalogue.apply")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_APPLY_LOCK])
    version = locked(number, by)
    require_open(version)
    if by.user_id is not None and by.user_id == version.uploaded_by_id:
        raise Refused(_("Who uploaded the catalogue does not apply it: somebody else does."), code="own_upload")
    unchecked = Conflict(_("Wait until the version has been checked."), code="not_checked")
    if not intake.is_begun(RUN, number):
        require_unchanged_since_check(version)
        if not counts_of(version).differing:
            raise Refused(_("Nothing differs from the catalogue: there is nothing to apply."), code="nothing")
        require_codes(version)
    return intake.carry_out(kind=RUN, parameters=parameters_of(version), by=by, calls=calls, unchecked=unchecked)


def require_unchanged_since_check(version: CatalogueVersion) -> None:
    """Conflict where another version is being applied, or was after this one was checked: who has it applied would
    have seen other differences.
    """
    others = Run.objects.filter(kind=RUN, dry_run=False).exclude(key=version.number)
    live = others.filter(status__in=Run.LIVE).first()
    if live is not None:
        raise Conflict(
            _("The version %(number)s is being applied. Wait until that has ended, then check this one again.")
            % {"number": live.key},
            code="another",
        )
    check = intake.runs_of(RUN, version.number).filter(dry_run=True, status=Run.Status.FINISHED).first()
    if check is not None and others.filter(started_at__gte=check.started_at).exists():
        raise Conflict(
            _("The catalogue was changed after this version was checked. Check it again first."), code="stale"
        )


def require_codes(version: CatalogueVersion) -> None:
    """Refused where an item of a whole catalogue would end only because its code cannot be read."""
    places = selectors.unreadable_codes(version) if version.scope == Scope.WHOLE else []
    if places:
        raise Refused(
            _(
                "The code in row %(rows)s cannot be read, and what a whole catalogue does not name ends. "
                "Correct it first."
            )
            % {"rows": ", ".join(map(str, places))},
            code="no_code",
        )


@transaction.atomic
def discard_version(*, number: str, by: Actor) -> None:
    """Take away a version of which nothing was applied, with its rows and file. Raises Conflict, NotAllowed."""
    by.require("catalogue.upload")
    version = locked(number, by)
    require_open(version)
    begun = Conflict(_("Rows of this version were applied: it stays."), code="begun")
    intake.give_up(kind=RUN, key=number, by=by, begun=begun)
    changes = {"rows": version.row_count, "sha256": version.sha256}
    audit.record(by=by, verb="catalogue.discard", obj=version, changes=changes)
    version.rows.all().delete()
    version.delete()


@transaction.atomic
def file_of(*, number: str, by: Actor) -> bytes:
    """The bytes of a version as they came; the audit record says who took them. Raises NotAllowed."""
    by.require("catalogue.versions")
    version = selectors.versions_visible_to(by).filter(number=number).first()
    if version is None:
        raise NotAllowed(_("There is no such version for you."), code="not_found")
    audit.record(by=by, verb="catalogue.download", obj=version, changes={"sha256": version.sha256})
    return bytes(version.file.content)
