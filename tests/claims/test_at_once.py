"""Several real processes at once (R1): the cap holds to the fen, and everybody else gets a clear refusal."""

import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Sum

from claims import services
from claims.models import Review, Settlement, Stay, UsualCost
from claims.services import recompute
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.policy.terms import Cause
from tests.claims import makers
from tests.conftest import ROOT, process_environment

pytestmark = pytest.mark.django_db(transaction=True)

PROCESSES = 8


Work = dict[str, Any]


@contextmanager
def processes(count: int) -> Iterator[Callable[[list[Work]], list[list[str]]]]:
    """So many processes, and what gives each of them a work, all starting together, and returns what each was told."""
    environment = process_environment() | {"BUSINESS_DATE": "2010-06-30"}
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.claims.at_once"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(count)
    ]

    def at_once(works: list[Work]) -> list[list[str]]:
        for process, work in zip(started, works, strict=True):
            process.stdin.write(json.dumps(work) + "\n")
            process.stdin.flush()
        return [json.loads(process.stdout.readline() or process.stderr.read()) for process in started]

    try:
        for process in started:
            assert process.stdout.readline() == "ready\n", process.stderr.read()
        yield at_once
        for process in started:
            _out, err = process.communicate(timeout=300)
            assert process.returncode == 0, err
    finally:
        for process in started:
            process.kill()
            process.wait()


def at_once(works: list[Work]) -> list[list[str]]:
    """Do each of `works` in a process of its own, all starting together; what each was told."""
    with processes(len(works)) as do:
        return do(works)


def stays_of_one(by: Actor, count: int) -> list[str]:
    """Stays of one person in 2009 that follow each other, together worth far more than the cap; 156 at most."""
    person = makers.insured()
    days = [(f"2009-{1 + index // 13:02d}-{1 + index % 13 * 2:02d}") for index in range(count)]
    amounts = [f"{5000 + 777 * index}.{index % 100:02d}" for index in range(count)]
    return [
        makers.discharged(person, by, (amount,), on=day, until=f"{day[:8]}{int(day[8:]) + 1:02d}").number
        for day, amount in zip(days, amounts, strict=True)
    ]


def test_eight_processes_settle_the_stays_of_one_person_and_never_pass_the_cap(size):
    """In the soak 1,000 settlements of one person are asked for at once, in 50 rounds."""
    by = makers.hospital()
    with processes(PROCESSES) as do:
        for round_number in range(size(1, 50)):
            numbers = stays_of_one(by, size(16, 125))
            shuffle = random.Random(round_number)
            works = [
                {"verb": "settle", "posting": by.posting_id, "stays": shuffle.sample(numbers, len(numbers))}
                for _ in range(PROCESSES)
            ]
            assert_settled(numbers, do(works))


def assert_settled(numbers: list[str], told: list[list[str]]) -> None:
    """Each stay once, by whomever; what the fund pays is the cap exactly, and each settlement knew what was left."""
    assert {code for codes in told for code in codes} <= {"done", "already_settled"}
    assert sum(codes.count("done") for codes in told) == len(numbers)
    live = Settlement.objects.filter(stay__number__in=numbers, live=True).order_by("sequence")
    assert live.aggregate(sum=Sum("fund"))["sum"] == Decimal("30000.00")
    used = Decimal(0)
    for place, settlement in enumerate(live, start=1):
        assert (settlement.sequence, settlement.cap_used) == (place, used)
        assert recompute(settlement).fund == settlement.fund
        used += settlement.fund


def test_settling_and_reversing_at_once_keeps_the_cap_and_the_order(size):
    by = makers.hospital()
    numbers = stays_of_one(by, size(10, 40))
    settling = {"verb": "settle", "posting": by.posting_id, "stays": numbers}
    reversing = {"verb": "reverse", "posting": by.posting_id, "times": size(10, 100)}
    told = at_once([settling, reversing, settling | {"stays": numbers[::-1]}, reversing])
    clear = {"done", "already_settled", "already_reversed", "not_latest"}
    assert {code for codes in told for code in codes} <= clear
    live = Settlement.objects.filter(live=True)
    assert (live.aggregate(sum=Sum("fund"))["sum"] or Decimal(0)) <= Decimal("30000.00")
    assert live.count() == Stay.objects.filter(status="settled").count()
    for settlement in live:
        before = live.filter(sequence__lt=settlement.sequence).aggregate(sum=Sum("fund"))["sum"] or Decimal(0)
        assert settlement.cap_used == before


def test_of_two_admissions_with_one_inpatient_number_one_wins():
    by = makers.hospital()
    makers.diagnosis()
    for attempt in range(3):
        works = [
            {
                "verb": "admit",
                "posting": by.posting_id,
                "resident": makers.insured().number,
                "inpatient_number": f"Z{attempt}",
            }
            for _ in range(2)
        ]
        assert sorted(at_once(works)) == [["done"], ["inpatient_number_taken"]]
        assert Stay.objects.filter(inpatient_number=f"Z{attempt}").count() == 1


def test_of_two_admissions_of_one_person_one_wins():
    one, two = makers.hospital(), makers.hospital("H2")
    makers.diagnosis()
    person = makers.insured()
    works = [
        {"verb": "admit", "posting": by.posting_id, "resident": person.number, "inpatient_number": "Z1"}
        for by in (one, two)
    ]
    assert sorted(at_once(works)) == [["already_admitted"], ["done"]]


def test_of_two_reviewers_who_release_at_once_one_settles():
    """And hospitals that try meanwhile are told that the agency looks first."""
    by, person = makers.hospital(), makers.insured()
    days = [f"2009-{month:02d}-01" for month in range(1, 9)]
    numbers = [makers.discharged(person, by, on=day, until=f"{day[:8]}03", diagnosis="S52.5").number for day in days]
    for number in numbers:
        services.propose(stay_number=number, finding="fell", cause=Cause.ACCIDENT, by=makers.clerk())
    reviewers = [makers.reviewer() for _ in range(2)]
    works = [{"verb": "release", "posting": reviewer.posting_id, "stays": numbers} for reviewer in reviewers]
    told = at_once([*works, {"verb": "settle", "posting": by.posting_id, "stays": numbers}])
    for place, number in enumerate(numbers):
        first, second = sorted(codes[place] for codes in told[:2])
        assert (first, second) == ("done", "wrong_state")
        assert told[2][place] in ("held_for_review", "already_settled")
        review = Review.objects.get(stay__number=number)
        assert (review.status, review.settlement) == ("released", Settlement.objects.get(stay__number=number))
    assert Settlement.objects.aggregate(sum=Sum("fund"))["sum"] == Decimal("27000.00")


def test_of_hospitals_that_settle_at_once_all_are_refused_and_the_stay_is_in_the_queue_once():
    by = makers.hospital()
    stay = makers.discharged(makers.insured(), by, ("5000.01",))
    UsualCost.objects.create(
        institution=stay.institution, median=500, settlements=30, counted_on=makers.day("2010-06-30")
    )
    work = {"verb": "settle", "posting": by.posting_id, "stays": [stay.number]}
    assert at_once([work] * 4) == [["held_for_review"]] * 4
    assert Review.objects.get().status == "waiting"
