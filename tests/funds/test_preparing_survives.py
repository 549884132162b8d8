"""kill -9 in the middle of a statement's run: of the process at each of its steps, of a Celery worker, of the broker
and of PostgreSQL. What comes out in the end is what comes out of an undisturbed run.
"""

import pytest

from funds import services
from funds.models import SubsidyItem, SubsidyStatement
from funds.services import preparing
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs.models import Run
from liaoyang_medins.portal.digest import digest_of, digest_tables
from tests import factories
from tests.faults import Point, killed_at
from tests.ground import Ground, ground, slow_down

from . import makers
from .makers import yuan
from .steps import AFTER, IN_WINDOW, WINDOW, issued

__all__ = ["ground"]
NOTICES = 24


def something_to_claim(clerk: Actor, reviewer: Actor) -> None:
    """Claims of two districts and tiers, a correction, and what was known late."""
    returned = makers.notice(makers.person(), year=2009, paid_on=makers.D(2009, 9, 2))
    issued(clerk, reviewer, makers.D(2009, 10, 2), kind="month", period_from=makers.D(2009, 9, 1))
    makers.give_back(returned.receipts.get(), makers.D(2009, 10, 9))
    makers.notice(makers.person("211003001001"), year=2009, paid_on=makers.D(2009, 9, 30))
    for place in range(NOTICES - 2):
        home = ("211002001001", "211003001001")[place % 2]
        makers.notice(makers.person(home), government=40 + place, tier="low_income", paid_on=IN_WINDOW)


def start(clerk: Actor) -> Run:
    with clock.on_day(AFTER):
        return services.start_preparing(**WINDOW, by=clerk, calls=False)


def discard() -> None:
    draft = SubsidyStatement.objects.get(status="draft")
    services.discard_statement(number=draft.number, version=draft.version, by=Actor.job("tests"))


def undisturbed(clerk: Actor) -> str:
    """The digest after a run that nothing happened to; the draft is gone again."""
    runs.work_off(number=start(clerk).number)
    found = digest_of(digest_tables())
    assert SubsidyItem.objects.filter(statement__status="draft").count() == NOTICES
    discard()
    return found


def must_be_as_undisturbed(run: Run, digest: str) -> None:
    run = Run.objects.get(pk=run.pk)
    assert (run.status, run.counts["claims"], run.counts["corrections"]) == ("finished", str(NOTICES - 1), "1")
    statement = SubsidyStatement.objects.get(status="draft")
    sums = sum(item.government for item in statement.items.all())
    assert sums == yuan(run.counts["government"]) == yuan(100 - 100 + sum(range(40, 40 + NOTICES - 2)))
    assert digest_of(digest_tables()) == digest


# --- at each step of a process ---------------------------------------------------------------------------------------


CALLS = [(runs, "_taken"), (runs, "_do"), (preparing, "_outcome"), (runs, "_keep"), (runs, "work_one")]
ENDS = [(runs, "_finish"), (preparing, "_preparing"), (runs, "finish_run")]


def points(lots: int) -> list[Point]:
    """Before and after each step of each chunk, and of the end."""
    steps = [(module, name, nth) for nth in range(1, lots + 1) for module, name in CALLS]
    steps += [(module, name, 1) for module, name in ENDS]
    return [Point(module, name, after, nth) for module, name, nth in steps for after in (False, True)]


@pytest.mark.django_db(transaction=True)
def test_killed_at_any_step_it_ends_as_if_undisturbed(monkeypatch, size):
    lots = size(6, NOTICES)
    monkeypatch.setattr(preparing, "NOTICES_PER_LOT", NOTICES // lots)
    clerk, reviewer = factories.actor(Role.AGENCY_CLERK), factories.actor(Role.AGENCY_REVIEWER)
    something_to_claim(clerk, reviewer)
    digest = undisturbed(clerk)
    # In the sample every seventh, so that befores and afters of all steps take turns.
    for point in points(lots)[:: size(7, 1)]:
        run = start(clerk)
        killed_at(point, run)
        runs.work_off(number=run.number)
        must_be_as_undisturbed(run, digest)
        discard()


# --- servers of its own ----------------------------------------------------------------------------------------------


def test_kill_of_worker_broker_and_database_midway_changes_nothing(ground: Ground, monkeypatch) -> None:
    monkeypatch.setattr(preparing, "NOTICES_PER_LOT", 1)
    clerk, reviewer = factories.actor(Role.AGENCY_CLERK), factories.actor(Role.AGENCY_REVIEWER)
    something_to_claim(clerk, reviewer)
    digest = undisturbed(clerk)
    slow_down(0.4, "funds_subsidyitem")
    run = start(clerk)

    first = ground.start_worker()
    ground.wait_for(run, lambda: ground.done(run) >= 2)
    ground.kill_worker(first)
    after_worker = ground.done(run)
    ground.start_worker()
    ground.wait_for(run, lambda: ground.done(run) >= after_worker + 2)
    ground.restart_broker()
    after_broker = ground.done(run)
    ground.wait_for(run, lambda: ground.done(run) >= after_broker + 2)
    ground.restart_database()
    after_database = ground.done(run)
    # It was in the middle of it each time.
    assert 2 <= after_worker < after_broker <= after_database < NOTICES
    ground.wait_for(run, lambda: not ground.done(run) < NOTICES and Run.objects.get(pk=run.pk).status == "finished")
    # Nothing of it counted as an attempt.
    assert set(run.chunks.values_list("status", "attempts")) == {("done", 0)}
    must_be_as_undisturbed(run, digest)
