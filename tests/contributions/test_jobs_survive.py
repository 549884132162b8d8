"""The jobs of the contribution year when things break: killed, cut off, no room left. The end is as if nothing was."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.db.models import Model
from django.test import Client

from enrollment.contributions.models import BegunBenefit, ContributionNotice, WindowLetter
from enrollment.contributions.services import beginning, closing, opening, reminding
from enrollment.registration.models import Enrollment
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.models import User
from liaoyang_medins.kernel.papers import services as papers
from liaoyang_medins.kernel.papers.models import KeptPaper
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs.models import Run
from liaoyang_medins.kernel.statements import batches
from liaoyang_medins.portal.digest import digest_of, digest_tables
from tests import factories as make
from tests.faults import Point, cut_off_before, killed_at, no_room_for

from . import makers as m

D = m.D
NEXT = 2010
PAYERS = 3


@dataclass(frozen=True)
class Job:
    """A job on its day: what starts it, its own steps, what it counts of the city below, what it cannot do without
    writing, and undoing it.
    """

    start: Callable[[], Run]
    steps: tuple[tuple[Any, str], ...]
    counts: dict[str, str]
    writes: type[Model]
    forget: Callable[[], None]


def _open() -> Run:
    with clock.on_day(D(2009, 10, 1)):
        return opening.open_window(contribution_year=NEXT, by=m.clerk(), calls=False)


def _remind() -> Run:
    with clock.on_day(D(2009, 11, 16)):
        return reminding.remind(contribution_year=NEXT, by=m.clerk(), calls=False)


def _close() -> Run:
    with clock.on_day(D(2009, 12, 1)):
        return closing.close_window(contribution_year=NEXT, by=m.clerk(), calls=False)


def _begin() -> Run:
    with clock.on_day(D(2010, 1, 1)):
        return beginning.start_benefits(by=m.clerk(), calls=False)


def _unopened() -> None:
    WindowLetter.objects.all().delete()
    KeptPaper.objects.all().delete()
    ContributionNotice.objects.filter(contribution_year=NEXT).delete()


def _unreminded() -> None:
    WindowLetter.objects.filter(kind="reminder").delete()


def _unbegun() -> None:
    BegunBenefit.objects.all().delete()


def _unclosed() -> None:
    ContributionNotice.objects.filter(status="lapsed").update(status="open")
    Enrollment.objects.filter(end_reason="lapsed").update(ends=None, end_reason="", lapsed_on=None)


RUN = ((runs, "_taken"), (runs, "_keep"), (runs, "work_one"), (runs, "_finish"))
JOBS = {
    "open": Job(
        _open,
        ((opening, "write_renewal"), (papers, "insert"), (batches.Batch, "write")),
        {"made": "6", "letters": "1"},
        KeptPaper,
        _unopened,
    ),
    "remind": Job(
        _remind,
        ((reminding, "insert_all"), (reminding, "counts_of")),
        {"reminded": "3"},
        WindowLetter,
        _unreminded,
    ),
    "close": Job(
        _close,
        ((closing, "lapse_pair"), (closing, "lapse_unrenewed"), (batches.Batch, "write")),
        {"notices": "3", "lapsed": "3", "ineligible": "1"},
        ContributionNotice,
        _unclosed,
    ),
    "begin": Job(
        _begin,
        ((beginning, "of_lot"), (beginning, "_outcome")),
        {"begun": "3", "renewals": "3", "ended": "0"},
        BegunBenefit,
        _unbegun,
    ),
}


@pytest.fixture(autouse=True)
def _small_lots(monkeypatch):
    for module, name in (
        (opening, "PERSONS_PER_LOT"),
        (reminding, "NOTICES_PER_LOT"),
        (closing, "PERSONS_PER_LOT"),
        (beginning, "PERIODS_PER_LOT"),
    ):
        monkeypatch.setattr(module, name, 2)


def city_before(name: str) -> None:
    """A city on the day of the job: six who go on, of whom three pay, and one who grows too old; the jobs before it
    are done.
    """
    people = [m.elder() for _ in range(2 * PAYERS)]
    for person in (*people, make.resident(birth=D(1990, 6, 1), sex="F", name="将满十九")):
        m.enrolled(person, D(2009, 3, 20))
    if name == "open":
        return
    runs.work_off(number=_open().number)
    for person in people[:PAYERS]:
        m.pay(ContributionNotice.objects.get(resident=person, contribution_year=NEXT), D(2009, 10, 20))
    if name != "remind":
        runs.work_off(number=_remind().number)
    if name == "begin":
        runs.work_off(number=_close().number)


def digest() -> str:
    return digest_of(digest_tables())


def finished(job: Job, run: Run) -> None:
    run.refresh_from_db()
    assert run.status == "finished"
    assert {code: run.counts[code] for code in job.counts} == job.counts


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", JOBS)
def test_killed_at_any_point_it_ends_as_if_undisturbed(name, size):
    job = JOBS[name]
    city_before(name)
    run = job.start()
    parts = run.chunks.count()
    runs.work_off(number=run.number)
    finished(job, run)
    expected = digest()
    rng = random.Random(name)
    for _ in range(size(3, 50)):
        job.forget()
        module, step = rng.choice((*job.steps, *RUN))
        nth = 1 if step in ("_finish", "insert") else rng.randint(1, min(parts, 2))
        run = job.start()
        killed_at(Point(module, step, rng.random() < 0.5, nth), run)
        runs.work_off(number=run.number)
        finished(job, run)
        assert digest() == expected


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", JOBS)
def test_cut_off_from_the_database_in_the_middle_of_a_lot_it_goes_on_later(name, monkeypatch):
    job = JOBS[name]
    city_before(name)
    runs.work_off(number=job.start().number)
    expected = digest()
    job.forget()
    before = digest()
    for module, step in (job.steps[0], (runs, "_keep")):
        run = job.start()
        with monkeypatch.context() as patch:
            cut_off_before(patch, module, step)
            with pytest.raises((OperationalError, InterfaceError)):
                runs.work_off(number=run.number)
        connection.close()
        # Nothing half written, no attempt counted against the part, and the page shows a run at work.
        assert digest() == before
        run.refresh_from_db()
        assert (run.status, run.error, sum(run.chunks.values_list("attempts", flat=True))) == ("running", "", 0)
        assert "What did not succeed" not in page(run)
        runs.work_off(number=run.number)
        finished(job, run)
        assert digest() == expected
        job.forget()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", JOBS)
def test_with_a_full_disk_the_run_says_so_and_can_be_resumed(name):
    job = JOBS[name]
    city_before(name)
    runs.work_off(number=job.start().number)
    expected = digest()
    job.forget()
    before = digest()
    run = job.start()
    with no_room_for(job.writes):
        with pytest.raises(runs.RunFailed, match="No space left on device"):
            runs.work_off(number=run.number)
        run.refresh_from_db()
        assert run.status == "failed"
        said = page(run)
        assert "The disk of the server is full" in said
        assert "once there is room again, resume" in said
        # Of a lot that found no room nothing is written; of the others, which keep no letter, everything.
        if job.writes is KeptPaper:
            assert not KeptPaper.objects.exists()
            assert not WindowLetter.objects.exists()
            assert run.chunks.filter(status="failed").count() == 1
        else:
            assert digest() == before
    runs.resume_run(number=run.number, by=m.clerk(), calls=False)
    runs.work_off(number=run.number)
    finished(job, run)
    assert digest() == expected
    assert "The disk of the server is full" not in page(run)


def page(run: Run) -> str:
    client = Client()
    client.force_login(User.objects.get(pk=m.clerk().user_id))
    return client.get(run.get_absolute_url()).content.decode()
