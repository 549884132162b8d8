"""The workbook of a statement's persons: a run that writes its rows in parts and puts them together, fetched by who
asked for it, deleted after a term (F2).
"""

import hashlib
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from io import BytesIO
from typing import IO, Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from funds import selectors
from funds.exports import persons, summary_from
from funds.models import PersonsWorkbook, SubsidyItem, SubsidyStatement, WorkbookPiece
from funds.selectors.drawing import Sums
from funds.selectors.figures import total_of
from liaoyang_medins.kernel import clock, policy
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.days import last_day_of_term
from liaoyang_medins.kernel.errors import Conflict
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs.kinds import Figure, Kind, Outcome, Parameters, Plan
from liaoyang_medins.kernel.runs.models import Chunk, Run
from liaoyang_medins.kernel.sheets import parts

Kinds = WorkbookPiece.Kind
NAME = "statement_workbook"
# A part of so many rows takes well under a second and a megabyte.
ROWS_PER_LOT = 10_000
# For how many days a workbook is kept.
KEPT_FOR = 14
PIECE = 1 << 20

FIGURES = (
    Figure("persons", gettext_lazy("Persons")),
    Figure("rows", gettext_lazy("Rows")),
    Figure("government", gettext_lazy("Government part (yuan)"), in_yuan=True),
    Figure("city", gettext_lazy("City share (yuan)"), in_yuan=True),
    Figure("district_share", gettext_lazy("District share (yuan)"), in_yuan=True),
)

LOTS = """
SELECT code, max(notice_id), count(*) FROM (
    SELECT district.code, item.notice_id,
        (dense_rank() OVER (PARTITION BY district.code ORDER BY item.notice_id) - 1) / %(size)s AS lot
    FROM funds_subsidyitem item JOIN offices_office district ON district.id = item.district_id
    WHERE item.statement_id = %(statement)s AND (%(district)s = '' OR district.code = %(district)s)
) AS placed GROUP BY code, lot ORDER BY code, lot
"""


# --- asking, fetching, deleting --------------------------------------------------------------------------------------


@transaction.atomic
def ask_for_workbook(*, number: str, by: Actor, calls: bool = True) -> PersonsWorkbook:
    """Have the workbook of an issued statement's persons made for the actor; returns it, or the one that they have.

    It is in the active language and holds what the actor sees. Raises Conflict where the statement is not issued or
    is not there for them, NotAllowed.
    """
    by.require("statements.export")
    statement = _issued(number, by)
    # One who asks twice waits here for the first answer.
    runs_of = {"statement": number, "user": by.user_id, "district": _district_of(by), "language": get_language()}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"{NAME}:{key_of(runs_of)}"])
    there = selectors.workbook_of(statement, by)
    if there is not None:
        return there
    # What of theirs is past its term makes room, if the night has not come by yet.
    _delete(PersonsWorkbook.objects.filter(asked_by_id=by.user_id), by)
    run = runs.start_run(kind=NAME, parameters=runs_of, by=by, calls=calls)
    return PersonsWorkbook.objects.get(run=run.number)


@transaction.atomic
def fetch_workbook(*, number: str, by: Actor) -> tuple[PersonsWorkbook, Iterator[bytes]]:
    """The actor's workbook of a statement's persons, and its bytes, a megabyte at a time.

    Names leave the portal with it, so the audit record says who took them. Raises Conflict where none is ready,
    NotAllowed.
    """
    by.require("statements.export")
    found = selectors.workbook_of(_issued(number, by), by)
    if found is None or found.ready_on is None:
        raise Conflict(_("There is no workbook to fetch. Ask for it on the statement's page."), code="no_workbook")
    changes = {"run": found.run, "sha256": found.sha256, "district": found.district.code if found.district else ""}
    audit.record(by=by, verb="statements.fetch", obj=found.statement, changes=changes)
    return found, _bytes_of(found)


def _bytes_of(workbook: PersonsWorkbook) -> Iterator[bytes]:
    pieces = WorkbookPiece.objects.filter(workbook=workbook, kind=Kinds.FILE)
    for position in list(pieces.order_by("position").values_list("position", flat=True)):
        yield bytes(pieces.values_list("content", flat=True).get(position=position))


@transaction.atomic
def delete_old_workbooks(*, by: Actor) -> int:
    """Delete the files of workbooks whose term is over; returns how many."""
    by.require("statements.export")
    return _delete(PersonsWorkbook.objects.all(), by)


def _delete(workbooks: QuerySet[PersonsWorkbook], by: Actor) -> int:
    """Delete the files of those whose term is over; returns how many."""
    over = workbooks.filter(deleted_on=None, kept_until__lt=clock.today()).select_related("statement")
    count = 0
    for workbook in over.select_for_update(of=("self",)):
        workbook.pieces.all().delete()
        workbook.deleted_on = clock.today()
        workbook.save(update_fields=["deleted_on"])
        audit.record(by=by, verb="statements.forget", obj=workbook.statement, changes={"run": workbook.run})
        count += 1
    return count


def _issued(number: str, by: Actor) -> SubsidyStatement:
    visible = selectors.statements_visible_to(by).filter(status=SubsidyStatement.Status.ISSUED)
    found = visible.filter(number=number).first()
    if found is None:
        raise Conflict(_("There is no issued statement %(number)s.") % {"number": number}, code="not_issued")
    return found


def _district_of(by: Actor) -> str:
    """The code of the one district whose persons the actor sees; empty for all."""
    district = selectors.own_district(by)
    return district.code if district else ""


# --- the kind --------------------------------------------------------------------------------------------------------


def key_of(parameters: Parameters) -> str:
    """Of whose workbook, of what and in which language a run is."""
    return ":".join(str(parameters[name]) for name in ("statement", "district", "user", "language"))


def plan(run: Run) -> Plan:
    """The lots of the statement's rows, each with its place."""
    statement = _issued(run.parameters["statement"], run.actor)
    rule = policy.on(settings.POOLING_AREA, run.business_date)
    return Plan([_chunk(place) for place in persons.places_of(_lots(statement, run.parameters["district"]))], rule)


def _lots(statement: SubsidyStatement, district: str) -> list[persons.Lot]:
    with connection.cursor() as cursor:
        cursor.execute(LOTS, {"statement": statement.pk, "district": district, "size": ROWS_PER_LOT})
        found, before = [], ("", 0)
        for code, until, rows in cursor.fetchall():
            found.append(persons.Lot(code, before[1] if before[0] == code else 0, until, rows))
            before = (code, until)
    return found


def _chunk(place: persons.Place) -> Parameters:
    lot = place.lot
    return {
        **{"district": lot.district, "after": lot.after, "until": lot.until, "rows": lot.rows},
        **{"sheet": place.sheet, "first": place.first},
    }


def _place(chunk: Parameters) -> persons.Place:
    lot = persons.Lot(chunk["district"], chunk["after"], chunk["until"], chunk["rows"])
    return persons.Place(lot, chunk["sheet"], chunk["first"])


def begin(run: Run) -> str:
    """The workbook, not ready, with the frame that its rows go into; returns the number of its statement."""
    asked = run.parameters
    statement = SubsidyStatement.objects.get(number=asked["statement"])
    district = Office.objects.get(code=asked["district"]) if asked["district"] else None
    workbook = PersonsWorkbook.objects.create(
        statement=statement,
        district=district,
        language=asked["language"],
        asked_by_id=asked["user"],
        asked_on=run.business_date,
        run=run.number,
    )
    sums = statement.sums.filter(district=district) if district else statement.sums.all()
    with translation.override(asked["language"]):
        chunks = [chunk.parameters for chunk in run.chunks.order_by("position")]
        with persons.frame_of(summary_from(statement, sums, district), [_place(chunk) for chunk in chunks]) as frame:
            WorkbookPiece.objects.create(workbook=workbook, kind=Kinds.FRAME, position=0, content=frame.read())
    audit.record(by=run.actor, verb="statements.export", obj=statement, changes={"run": run.number})
    return statement.number


def work(run: Run, parameters: Parameters) -> Outcome:
    """Write the rows of a lot."""
    workbook = PersonsWorkbook.objects.get(run=run.number)
    place, counts = _place(parameters), Counted()
    row, _sums = parts.looks_in(_frame(workbook), place.sheet)
    with translation.override(workbook.language):
        rows = counts.counted(persons.rows_in(_items(workbook.statement_id, place.lot)))
        content = parts.rows_of(rows, place.first, row)
    WorkbookPiece.objects.create(
        workbook=workbook, kind=Kinds.ROWS, sheet=place.sheet, position=place.first, content=content
    )
    return Outcome(counts.figures())


def look(run: Run, parameters: Parameters) -> Outcome:
    """What the rows of a lot come to."""
    statement = SubsidyStatement.objects.get(number=run.parameters["statement"])
    lot = _place(parameters).lot
    return Outcome({**_figures(total_of(_items(statement.pk, lot))), "rows": lot.rows})


def finish(run: Run) -> None:
    """Put the rows together, cut the file into pieces, and say until when it is kept.

    Raises RuntimeError where the sums of its rows are not those of the statement.
    """
    workbook = PersonsWorkbook.objects.select_for_update(of=("self",)).get(run=run.number)
    chunks = list(Chunk.objects.filter(run=run).order_by("position"))
    _require_sums(workbook, chunks)
    with tempfile.TemporaryFile() as file:
        with translation.override(workbook.language):
            parts.stitch(_frame(workbook), _long_sheets(workbook, chunks), file)
        workbook.pieces.all().delete()
        workbook.size, workbook.sha256 = _keep(workbook, file)
    workbook.ready_on = run.business_date
    workbook.kept_until = last_day_of_term(run.business_date, KEPT_FOR)
    workbook.save()


def take_back(run: Run) -> None:
    """The workbook is gone; it can be asked for again."""
    PersonsWorkbook.objects.filter(run=run.number).delete()


class Counted:
    """Counts rows as they go by."""

    def __init__(self) -> None:
        self.rows, self.sums = 0, Sums()

    def counted(self, rows: Iterator[list[Any]]) -> Iterator[list[Any]]:
        for row in rows:
            self.rows += 1
            self.sums += Sums(*row[-4:])
            yield row

    def figures(self) -> dict[str, int | Decimal]:
        return {**_figures(self.sums), "rows": self.rows}


def _figures(sums: Sums) -> dict[str, int | Decimal]:
    return {
        "persons": sums.persons,
        "government": sums.government,
        "city": sums.city,
        "district_share": sums.district_share,
    }


def _items(statement: int, lot: persons.Lot) -> Any:
    return SubsidyItem.objects.filter(
        statement=statement, district__code=lot.district, notice_id__gt=lot.after, notice_id__lte=lot.until
    )


def _frame(workbook: PersonsWorkbook) -> IO[bytes]:
    return BytesIO(bytes(workbook.pieces.values_list("content", flat=True).get(kind=Kinds.FRAME)))


def _sums_in(chunks: list[Chunk]) -> Sums:
    total = Sums()
    for chunk in chunks:
        counts = chunk.counts
        amounts = (Decimal(counts[name]) for name in ("government", "city", "district_share"))
        total += Sums(int(counts["persons"]), *amounts)
    return total


def _require_sums(workbook: PersonsWorkbook, chunks: list[Chunk]) -> None:
    kept = workbook.statement.sums.all()
    claimed = total_of(kept.filter(district=workbook.district) if workbook.district else kept)
    if _sums_in(chunks) != claimed:
        raise RuntimeError(f"The rows come to {_sums_in(chunks)}, the statement to {claimed}.")


def _long_sheets(workbook: PersonsWorkbook, chunks: list[Chunk]) -> dict[int, parts.Long]:
    by_sheet: dict[int, list[Chunk]] = {}
    for chunk in chunks:
        by_sheet.setdefault(chunk.parameters["sheet"], []).append(chunk)
    return {sheet: _long_sheet(workbook, sheet, found) for sheet, found in by_sheet.items()}


def _long_sheet(workbook: PersonsWorkbook, sheet: int, chunks: list[Chunk]) -> parts.Long:
    pieces = WorkbookPiece.objects.filter(workbook=workbook, kind=Kinds.ROWS, sheet=sheet)

    def squeezed() -> Iterator[bytes]:
        for chunk in chunks:
            yield bytes(pieces.values_list("content", flat=True).get(position=chunk.parameters["first"]))

    sums = _sums_in(chunks)
    return parts.Long(
        sum(int(chunk.counts["rows"]) for chunk in chunks),
        squeezed,
        persons.sums_row(sums.persons, sums.government, sums.city, sums.district_share),
    )


def _keep(workbook: PersonsWorkbook, file: IO[bytes]) -> tuple[int, str]:
    """Cut the file into pieces; its size in bytes and its SHA-256."""
    file.seek(0)
    digest, size, position = hashlib.sha256(), 0, 0
    while piece := file.read(PIECE):
        digest.update(piece)
        size += len(piece)
        WorkbookPiece.objects.create(workbook=workbook, kind=Kinds.FILE, position=position, content=piece)
        position += 1
    return size, digest.hexdigest()


def title_of(parameters: Parameters) -> str:
    """Which statement, and of which district where it is one's own."""
    district = Office.objects.filter(code=parameters["district"]).first()
    return f"{parameters['statement']} · {district.label}" if district else str(parameters["statement"])


KIND = Kind(
    name=NAME,
    label=gettext_lazy("Workbook of persons"),
    verb="statements.export",
    under="statements",
    figures=FIGURES,
    headings=(),
    key=key_of,
    title=title_of,
    plan=plan,
    begin=begin,
    work=work,
    look=look,
    finish=finish,
    take_back=take_back,
    link=lambda number: (
        _("Workbook of the persons of %(number)s") % {"number": number},
        reverse("statement-workbook", args=[number]),
    ),
)
