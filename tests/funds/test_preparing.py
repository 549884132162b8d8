"""Preparing a statement as a run: in lots, by workers, dry, cancelled, broken and mended."""

import datetime
import time
from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from funds import services
from funds.models import SubsidyItem, SubsidyStatement
from funds.selectors import drawing, sums_of
from funds.selectors.drawing import Lot, Sums
from funds.services import preparing
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Conflict, NotAllowed, Refused
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.runs import selectors as run_selectors
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs.models import Run
from liaoyang_medins.portal.digest import digest_tables
from tests import factories

from . import makers
from .makers import yuan
from .steps import AFTER, IN_WINDOW, WINDOW, held, issue, issued, prepared, refusal

D = datetime.date


@pytest.fixture
def small_lots(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparing, "NOTICES_PER_LOT", 2)


def start(clerk: Actor, **values: bool) -> Run:
    with clock.on_day(AFTER):
        return services.start_preparing(**WINDOW, by=clerk, calls=False, **values)


def paid(count: int, **values) -> None:
    for _ in range(count):
        makers.notice(makers.person(), paid_on=IN_WINDOW, **values)


# --- lots ------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("small_lots")
def test_lots_hold_every_notice_also_one_paid_meanwhile(clerk):
    first = makers.notice(makers.person())
    paid(5)
    last = makers.notice(makers.person())
    run = start(clerk)
    lots = [chunk.parameters for chunk in run.chunks.order_by("position")]
    assert len(lots) == 3
    assert lots[0]["after"] is None
    assert lots[-1]["until"] is None
    assert [lot["until"] for lot in lots[:-1]] == [lot["after"] for lot in lots[1:]]
    for notice in (first, last):
        makers.pay(notice, IN_WINDOW)
    runs.work_off(number=run.number)
    assert sums_of(SubsidyStatement.objects.get()).persons == 7


def test_claims_and_corrections_of_a_notice_are_in_one_lot(clerk, reviewer):
    moved = makers.notice(makers.person(), paid_on=IN_WINDOW)
    issued(clerk, reviewer)
    moved.district = factories.district("211003")
    moved.save()
    period = drawing.period_of(D(2009, 12, 1))
    assert drawing.lots_of(period, 1) == [Lot()]


@pytest.mark.usefixtures("small_lots")
def test_a_lot_takes_the_same_number_of_queries_however_many_notices(clerk, monkeypatch):
    counts = []
    for count in (2, 6):
        monkeypatch.setattr(preparing, "NOTICES_PER_LOT", 10)
        paid(count)
        run = start(clerk)
        with CaptureQueriesContext(connection) as queries:
            runs.work_one(number=run.number)
        counts.append(len(queries))
        runs.cancel_run(number=run.number, by=clerk)
    assert counts[0] == counts[1]


@pytest.mark.usefixtures("small_lots")
def test_lots_and_one_piece_give_the_same(clerk, reviewer, monkeypatch):
    makers.give_back(makers.notice(makers.person(), paid_on=IN_WINDOW).receipts.get(), D(2009, 12, 3))
    paid(5, government=41)
    first = prepared(clerk)
    many = held(first), sums_of(first)
    services.discard_statement(number=first.number, version=first.version, by=clerk)
    monkeypatch.setattr(preparing, "NOTICES_PER_LOT", 5_000)
    second = prepared(clerk)
    assert (held(second), sums_of(second)) == many


def test_issuing_compares_in_the_database(clerk, reviewer):
    paid(3)
    statement = prepared(clerk)
    with clock.on_day(AFTER), CaptureQueriesContext(connection) as queries:
        issue(statement, reviewer)
    # Once when it is checked, once when it is approved.
    assert sum("FULL JOIN drawn" in query["sql"] for query in queries) == 2


# --- the run ---------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("small_lots")
def test_while_it_is_prepared_nobody_else_does_anything_with_it(clerk, reviewer):
    paid(4)
    run = start(clerk)
    runs.work_one(number=run.number)
    statement = SubsidyStatement.objects.get()
    assert (statement.status, statement.items.count()) == ("preparing", 2)
    same = {"number": statement.number, "version": statement.version}
    for verb, actor in (
        (services.discard_statement, clerk),
        (services.sign_statement, clerk),
        (services.check_statement, reviewer),
        (services.issue_statement, reviewer),
        (services.redraw_statement, clerk),
    ):
        assert refusal(Conflict, verb, **same, by=actor) == "wrong_state"
    with clock.on_day(AFTER):
        assert refusal(Conflict, services.prepare_statement, **WINDOW, by=clerk) == "period_has_statement"
        september = {"kind": "month", "period_from": D(2009, 9, 1)}
        assert refusal(Refused, services.start_preparing, **september, by=clerk) == "draft_open"
    # The work under way is no content yet.
    tables = {table.table: table.rows for table in digest_tables()}
    assert (tables["funds_subsidystatement"], tables["funds_subsidyitem"]) == (0, 0)
    runs.work_off(number=run.number)
    statement.refresh_from_db()
    assert (statement.status, statement.version, statement.items.count()) == ("draft", 1, 4)
    assert statement.made_by.username == "clerk"


def test_a_worker_prepares_for_who_started_it_on_that_day(clerk):
    paid(1)
    run = start(clerk)
    with clock.on_day(D(2010, 2, 2)):
        runs.work_off(number=run.number)
    statement = SubsidyStatement.objects.get()
    assert statement.number.startswith("B2009-")
    entry = AuditEntry.objects.get(verb="statements.prepare")
    assert (entry.actor_name, entry.role, entry.business_date) == ("clerk", "agency_clerk", AFTER)
    assert entry.changes == {"period": "2009-10-01", "persons": 1, "government": "100.00", "run": run.number}
    part = AuditEntry.objects.get(verb="runs.work")
    assert (part.changes["government"], len(part.changes["digest"])) == ("100.00", 64)


@pytest.mark.usefixtures("small_lots")
def test_a_dry_run_counts_what_the_run_writes_and_writes_nothing(clerk, reviewer):
    returned = makers.notice(makers.person(), year=2009, paid_on=D(2009, 9, 2))
    issued(clerk, reviewer, D(2009, 10, 2), kind="month", period_from=D(2009, 9, 1))
    makers.give_back(returned.receipts.get(), D(2009, 10, 9))
    paid(3, government=220)
    before = digest_tables()
    dry = start(clerk, dry_run=True)
    runs.work_off(number=dry.number)
    assert digest_tables() == before
    assert not SubsidyStatement.objects.filter(status="draft").exists()
    rows = run_selectors.examples_of(Run.objects.get(pk=dry.pk))
    assert [row[1:] for row in rows] == [
        ["211002", "-1", "-100.00", "-55.00", "-45.00"],
        *[["211002", "1", "220.00", "121.00", "99.00"]] * 3,
    ]
    run = start(clerk)
    runs.work_off(number=run.number)
    dry, run = Run.objects.get(pk=dry.pk), Run.objects.get(pk=run.pk)
    assert dry.counts == run.counts
    assert dry.counts["government"] == "560.00"
    draft = SubsidyStatement.objects.get(status="draft")
    assert sums_of(draft) == Sums(2, yuan(560), yuan(308), yuan(252))


@pytest.mark.usefixtures("small_lots")
def test_a_cancelled_run_discards_the_statement(clerk):
    paid(4)
    before = digest_tables()
    run = start(clerk)
    runs.work_one(number=run.number)
    runs.cancel_run(number=run.number, by=clerk)
    assert not SubsidyStatement.objects.exists()
    assert not SubsidyItem.objects.exists()
    assert digest_tables() == before
    assert AuditEntry.objects.filter(verb="statements.discard").count() == 1
    assert prepared(clerk).items.count() == 4


def test_a_draft_is_drawn_anew_by_a_run(clerk):
    paid(2)
    statement = prepared(clerk)
    paid(1)
    with clock.on_day(AFTER):
        run = services.start_redrawing(number=statement.number, version=1, by=clerk, calls=False)
        assert services.start_redrawing(number=statement.number, version=1, by=clerk, calls=False) == run
    assert SubsidyStatement.objects.get().status == "preparing"
    runs.work_off(number=run.number)
    again = SubsidyStatement.objects.get()
    assert (again.number, again.status, again.version, again.items.count()) == (statement.number, "draft", 2, 3)
    begun = AuditEntry.objects.filter(verb="statements.begin").order_by("-id")[0]
    assert begun.changes["persons_before"] == 2
    assert refusal(Conflict, services.start_redrawing, number=again.number, version=1, by=clerk) == "changed_meanwhile"
    assert refusal(Conflict, services.start_redrawing, number="B0", version=1, by=clerk) == "conflict"


@pytest.mark.parametrize("role", [Role.AGENCY_REVIEWER, Role.CITY_FINANCE, Role.SUPERVISOR])
def test_who_may_not_prepare_starts_no_run(role: Role, clerk):
    paid(1)
    actor = factories.actor(role)
    refusal(NotAllowed, services.start_preparing, **WINDOW, by=actor)
    refusal(NotAllowed, services.start_redrawing, number="B0", version=1, by=actor)
    assert not Run.objects.exists()


# --- broken and mended, and by real workers --------------------------------------------------------------------------


@pytest.fixture
def poison(transactional_db: None) -> Iterator[str]:
    """PostgreSQL refuses a line of 77 yuan until the trigger is dropped."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse_77() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN IF NEW.government = 77 THEN RAISE EXCEPTION 'poisoned'; END IF; RETURN NEW; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER poison BEFORE INSERT ON funds_subsidyitem FOR EACH ROW EXECUTE FUNCTION refuse_77()"
        )
    yield "DROP FUNCTION IF EXISTS refuse_77() CASCADE"
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION IF EXISTS refuse_77() CASCADE")


def wait_until(run: Run, status: str) -> Run:
    """The run when real workers have brought it so far."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = Run.objects.get(pk=run.pk)
        if found.status == status:
            return found
        time.sleep(0.05)
    pytest.fail(f"The run is {found.status}, not {status}: {found.error}")


@pytest.mark.usefixtures("small_lots")
def test_real_workers_end_a_run_that_was_poisoned_and_mended(worker, poison):
    clerk = factories.actor(Role.AGENCY_CLERK)
    paid(7)
    paid(1, government=77)
    paid(4)
    with clock.on_day(AFTER), transaction.atomic():
        run = services.start_preparing(**WINDOW, by=clerk)
    run = wait_until(run, "failed")
    assert "poisoned" in run.error
    assert list(run.chunks.filter(status="failed").values_list("position", "attempts")) == [(4, 3)]
    with connection.cursor() as cursor:
        cursor.execute(poison)
    runs.resume_run(number=run.number, by=clerk)
    run = wait_until(run, "finished")
    assert (run.counts["claims"], run.counts["government"]) == ("12", "1177.00")
    assert set(run.chunks.values_list("status", flat=True)) == {"done"}
    statement = SubsidyStatement.objects.get()
    assert (statement.status, statement.items.count()) == ("draft", 12)
