"""Whole contribution years: every invariant holds, whatever the seed and however roughly they are played."""

import sys

import pytest
from django.db import connection

from enrollment.registration.models import Resident
from liaoyang_medins.kernel.offices.models import DemoClock
from liaoyang_medins.portal.demo.city import AS_OF, CitySize, create_demo_city
from liaoyang_medins.portal.play.story import EVENTS

from .playing import Told, clear, digest, play

pytestmark = pytest.mark.django_db(transaction=True)
RESIDENTS = 5_000


def assert_full(told: Told, residents: int) -> None:
    """It ended well, everything happened, and money moved."""
    assert told.is_sound, told.output + told.errors
    counts = told.counts
    assert [event for event in EVENTS if not counts.get(event)] == []
    assert counts["residents on record"] > residents
    assert counts["notices paid"] > 0.01 * residents
    for reason in ("lapsed", "death", "moved_away", "other_scheme"):
        assert counts[f"relationships ended: {reason}"] > 0
    assert min(counts["paid by the fund, yuan"], counts["over the cap, yuan"]) > 0
    assert 0 < counts["subsidies received, yuan"] < counts["subsidies claimed, yuan"]


def test_a_year_of_5_000_residents_from_the_first_day_of_its_window():
    told = play("--year", 2010, "--residents", RESIDENTS, "--seed", 11)
    assert_full(told, RESIDENTS)
    assert told.counts["notices paid"] > 0.8 * RESIDENTS
    # The demo stands on the last day that was played.
    assert DemoClock.objects.get().day.isoformat() == "2010-09-30"


def demo_city(seed: int) -> None:
    """The city as `make run` has it, in the middle of its window, where most have paid."""
    create_demo_city(CitySize(RESIDENTS, seed), lambda text: None)
    # The years behind were loaded; PostgreSQL is to know how much there is before it is asked.
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def test_a_year_on_the_demo_city_goes_on_from_its_day():
    demo_city(seed=12)
    told = play("--year", 2010, "--seed", 12)
    assert_full(told, Resident.objects.filter(registrations__received_on__lte=AS_OF).distinct().count())


def test_a_year_in_processes_that_are_killed():
    demo_city(seed=13)
    told = play("--year", 2010, "--seed", 13, "--chaos")
    assert_full(told, RESIDENTS)
    killed, doubled = told.chaos
    assert killed > 10
    assert doubled > 100


def test_chaos_leaves_the_same_records_as_calm(size):
    """A small city, in which everything happens all the same: with this seed somebody goes over the cap too."""
    residents = size(150, 1_500)
    clear()
    told = play("--year", 2010, "--residents", residents, "--seed", 1)
    assert_full(told, residents)
    calm = digest()
    clear()
    told = play("--year", 2010, "--residents", residents, "--seed", 1, "--chaos", "--processes", 3)
    assert_full(told, residents)
    assert min(told.chaos) > 0
    assert digest() == calm


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(10))
def test_a_city_of_100_000(seed):
    """Every second one in chaos. What it counted is told with `-rP`."""
    told = play("--year", 2010, "--residents", 100_000, "--seed", seed, *(["--chaos"] if seed % 2 else []))
    sys.stdout.write(told.output)
    assert_full(told, 100_000)
