"""kill -9 of the worker in the middle of an import: in the end it is as if nothing had happened."""

import pytest

from enrollment.lists.layouts import Source
from enrollment.lists.models import ListRow, UploadedList
from enrollment.lists.services import running, school_parts, uploading
from enrollment.registration.models import Resident
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs.models import Run
from liaoyang_medins.portal.digest import digest_of, digest_tables
from tests import factories as make
from tests.faults import Point, killed_at
from tests.ground import Ground, ground, slow_down

from . import makers
from .makers import TODAY, forget, pupil

__all__ = ["ground"]
PUPILS = 12


def content() -> list[list[object]]:
    """New pupils, some who are on record, and bad rows."""
    known = [make.resident(birth=makers.D(2000, 5, 5), name="王小红") for _ in range(2)]
    rows = [pupil(number) for number in range(1, PUPILS + 1)]
    rows[3] = pupil(4, community="没有的社区")
    rows[5] = pupil(6, id_number="1")
    rows[7] = pupil(8, name=known[0].name, id_number=known[0].id_number)
    rows[9] = pupil(10, name=known[1].name, id_number=known[1].id_number)
    return rows


def start(found: UploadedList, by: object) -> Run:
    from enrollment.lists import services

    with clock.on_day(TODAY):
        return services.apply_list(number=found.number, by=by, calls=False)  # type: ignore[arg-type]


CALLS = [
    (runs, "_taken"),
    (runs, "_do"),
    (running, "keep_results"),
    (school_parts, "register_pupils"),
    (runs, "_keep"),
    (runs, "work_one"),
]
ENDS = [(runs, "_finish"), (runs, "finish_run")]


def points(parts: int) -> list[Point]:
    """Before and after each step of each part, and of the end."""
    steps = [(module, name, nth) for nth in range(1, parts + 1) for module, name in CALLS]
    steps += [(module, name, 1) for module, name in ENDS]
    return [Point(module, name, after, nth) for module, name, nth in steps for after in (False, True)]


@pytest.mark.django_db(transaction=True)
def test_killed_at_any_step_it_ends_as_if_undisturbed(monkeypatch, size):
    monkeypatch.setattr(uploading, "ROWS_A_PART", PUPILS // 3)
    make.community()
    school = make.actor(Role.SCHOOL)
    rows = content()
    digest = None
    for point in [None, *points(3)[:: size(7, 1)]]:
        found = makers.upload(Source.SCHOOL, rows, school)
        run = start(found, school)
        if point is not None:
            killed_at(point, run)
        runs.work_off(number=run.number)
        run.refresh_from_db()
        assert (run.status, run.counts["done"], run.counts["refused"]) == ("finished", "10", "2"), point
        ours = digest_of(digest_tables())
        digest = digest or ours
        assert ours == digest, point
        forget()


def test_a_killed_worker_midway_changes_nothing(ground: Ground, monkeypatch) -> None:
    monkeypatch.setattr(uploading, "ROWS_A_PART", 1)
    make.community()
    school = make.actor(Role.SCHOOL)
    rows = content()
    undisturbed = makers.upload(Source.SCHOOL, rows, school)
    runs.work_off(number=start(undisturbed, school).number)
    digest = digest_of(digest_tables())
    forget()
    found = makers.upload(Source.SCHOOL, rows, school)
    slow_down(0.4, "lists_classmembership")
    run = start(found, school)
    first = ground.start_worker()
    ground.wait_for(run, lambda: ground.done(run) >= 3)
    ground.kill_worker(first)
    after_kill = ground.done(run)
    assert 3 <= after_kill < PUPILS
    ground.start_worker()
    ground.wait_for(run, lambda: Run.objects.get(pk=run.pk).status == "finished")
    assert set(run.chunks.values_list("status", "attempts")) == {("done", 0)}
    assert digest_of(digest_tables()) == digest
    assert ListRow.objects.filter(state="done").count() == PUPILS - 2
    assert Resident.objects.count() == PUPILS - 2
