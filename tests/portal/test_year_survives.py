"""The jobs of the contribution year on servers that break: worker, broker and PostgreSQL killed, connections cut, the
broker down from the start. Each ends with the digest of an undisturbed run, and its page says how far it is.
"""

import datetime
import random
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection, transaction
from django.test import Client

from enrollment.bankfiles import reading
from enrollment.bankfiles.models import BankFile, BankFileLine
from enrollment.contributions.models import BegunBenefit, ContributionNotice, Receipt
from enrollment.contributions.services import beginning, closing, opening
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.models import User
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs.models import Run
from liaoyang_medins.kernel.runs.selectors import counts_of
from liaoyang_medins.portal.digest import digest_of, digest_tables
from tests import factories as make
from tests.bankfiles import makers as bank
from tests.contributions import makers as m
from tests.ground import Ground, ground, slow_down

__all__ = ["ground"]
D = datetime.date
YEAR = 2010
OPENS, PAID, CLOSED, BEGINS = D(2009, 10, 1), D(2009, 10, 21), D(2009, 12, 1), D(2010, 1, 1)
# What a part of a run takes at least, so that it can be met in the middle.
SECONDS_A_PART = 0.4


@dataclass(frozen=True)
class Job:
    """A job: what starts it, or gives the run that was started; what it wrote, and the figures that count the same."""

    name: str
    start: Callable[[], Run]
    written: Callable[[], int]
    figures: tuple[str, ...]


def open_window() -> Run:
    with clock.on_day(OPENS):
        return opening.open_window(contribution_year=YEAR, by=m.clerk(), calls=False)


def check_file() -> Run:
    """Of half of them the exact amount, one fen too little, one notice that is nobody's, one that went back."""
    notices = list(ContributionNotice.objects.filter(contribution_year=YEAR, status="open").order_by("resident_id"))
    half = notices[: len(notices) // 2]
    lines = [bank.paid(notice, reference=f"B{place}") for place, notice in enumerate(half)]
    lines += [bank.paid(notices[-1], reference="SHORT", amount=m.due(notices[-1]) - 1)]
    lines += [bank.paid("N1999-0000001", reference="NOBODY"), bank.went_back("B0", reference="BACK")]
    found = bank.uploaded(bank.content(lines, file_number="1"), on=PAID)
    return Run.objects.get(kind="bankfile", key=found.number)


def import_file() -> Run:
    return bank.start(BankFile.objects.get(), on=PAID)


def close_window() -> Run:
    with clock.on_day(CLOSED):
        return closing.close_window(contribution_year=YEAR, by=m.clerk(), calls=False)


def start_benefits() -> Run:
    with clock.on_day(BEGINS):
        return beginning.start_benefits(by=m.clerk(), calls=False)


def notices(status: str) -> Callable[[], int]:
    return lambda: ContributionNotice.objects.filter(contribution_year=YEAR, status=status).count()


RESULTS = ("matched", "unmatched", "on_record", "returned", "on_record_return", "open")
JOBS = (
    Job("open", open_window, notices("open"), ("made",)),
    Job("check", check_file, lambda: 0, ()),
    Job("import", import_file, BankFileLine.objects.count, RESULTS),
    Job("close", close_window, notices("lapsed"), ("notices",)),
    Job("begin", start_benefits, BegunBenefit.objects.count, ("begun",)),
)


def city(persons: int) -> None:
    for person in (*(m.elder() for _ in range(persons)), make.resident(birth=D(1990, 6, 1), sex="F", name="将满十九")):
        m.enrolled(person, D(2009, 3, 20))


def digest() -> str:
    return digest_of(digest_tables())


def signed_in() -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=m.clerk().user_id))
    return client


def page(run: Run) -> str:
    return signed_in().get(run.get_absolute_url(), headers={"accept-language": "en"}).content.decode()


def must_be_whole_so_far(job: Job, run: Run) -> None:
    """What is written is what the parts that are done have counted, seen at one moment; and the page says so."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        counts = counts_of(run)
        assert job.written() == sum(int(counts.get(code, "0")) for code in job.figures)
    # No part was tried in vain: what broke was none of theirs.
    assert set(run.chunks.values_list("attempts", "error")) == {(0, "")}
    assert "What did not succeed" not in page(run)


class Breaking:
    """The ways in which the ground breaks. A worker that is killed has its successor at hand."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        ground.start_worker()
        ground.start_worker()

    def kill_worker(self) -> None:
        self.ground.kill_worker()
        self.ground.start_worker()

    def kill_broker(self) -> None:
        self.ground.restart_broker()

    def kill_database(self) -> None:
        self.ground.restart_database()

    def cut(self) -> None:
        self.ground.cut(at_work=True)


def break_in_the_middle(ground: Ground, job: Job, run: Run, breaks: list[Callable[[], None]]) -> None:
    """Let everything of `breaks` happen while parts of the run are under way, and the run come to its end."""
    parts, broken = run.chunks.count(), 0
    for happens in breaks:
        done = ground.done(run)
        ground.wait_for(run, lambda done=done: ground.done(run) > min(done, parts - 2))  # type: ignore[misc]
        if ground.done(run) > parts - 2:
            break
        happens()
        broken += 1
        must_be_whole_so_far(job, run)
    # On a machine that is busy with other things the workers may be through before everything has happened.
    assert broken
    ground.wait_for(run, lambda: not ground.done(run) < parts and Run.objects.get(pk=run.pk).status == "finished")
    must_be_whole_so_far(job, run)


def test_the_year_goes_through_whatever_breaks(ground: Ground, monkeypatch, size) -> None:
    monkeypatch.setattr(reading, "LINES_A_PART", 1)
    for module, name in ((opening, "PERSONS_PER_LOT"), (closing, "PERSONS_PER_LOT"), (beginning, "PERIODS_PER_LOT")):
        monkeypatch.setattr(module, name, 1)
    city(size(20, 90))
    slow_down(SECONDS_A_PART, "runs_chunk", on="UPDATE")
    breaking = Breaking(ground)
    ways = [breaking.kill_worker, breaking.cut, breaking.kill_broker, breaking.kill_database]
    rng = random.Random("year")
    for job in JOBS:
        with ground.in_a_copy(f"calm_{job.name}"):
            run = job.start()
            runs.work_off(number=run.number)
            undisturbed, counted = digest(), counts_of(run)
        run = job.start()
        assert run.chunks.count() > len(ways)
        break_in_the_middle(ground, job, run, size(ways, [rng.choice(ways) for _ in range(20)]))
        assert counts_of(run) == counted
        assert digest() == undisturbed, job.name
    assert notices("paid")() == Receipt.objects.filter(status="matched", notice__contribution_year=YEAR).count() > 0


def test_with_the_broker_down_from_the_start_the_run_is_kept_and_begins_when_it_is_back(ground: Ground) -> None:
    city(2)
    clerk = signed_in()
    ground.kill_broker()
    with clock.on_day(OPENS):
        start = {"job": "open", "year": YEAR, "day": OPENS.isoformat()}
        answer = clerk.post("/contribution-year/start/", start)
    run = Run.objects.get()
    assert answer["Location"] == run.get_absolute_url()
    assert run.status == "planned"
    assert "A worker takes it up within a minute" in page(run)
    ground.start_worker()
    # Beat's call finds no broker either.
    ground.call(run)
    assert ground.done(run) == 0
    ground.start_broker()
    ground.wait_for(run, lambda: ground.done(run) > 0 and Run.objects.get(pk=run.pk).status == "finished")
    assert notices("open")() == 2
    assert "The notices for 2010" in page(run)
