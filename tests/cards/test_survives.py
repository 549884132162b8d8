"""kill -9 in the middle of the run that makes cards: at each of its steps; the end is that of an undisturbed one."""

import pytest

from enrollment.cards import services
from enrollment.cards.models import CertificateTerm, InsuranceCard
from enrollment.cards.services import making
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs.models import Run
from liaoyang_medins.portal.digest import digest_of, digest_tables
from tests.faults import Point, killed_at

from .makers import TODAY, clerk, insured

PEOPLE = 6


CALLS = [(runs, "_taken"), (making, "make_due"), (making, "insert_all"), (runs, "_keep"), (runs, "work_one")]
ENDS = [(runs, "_finish"), (runs, "finish_run")]


def points(lots: int) -> list[Point]:
    steps = [(module, name, nth) for nth in range(1, lots + 1) for module, name in CALLS]
    steps += [(module, name, 1) for module, name in ENDS]
    return [Point(module, name, after, nth) for module, name, nth in steps for after in (False, True)]


def start() -> Run:
    with clock.on_day(TODAY):
        return services.start_making(by=clerk(), calls=False)


def forget() -> None:
    """As if nothing had been made."""
    CertificateTerm.objects.all().delete()
    InsuranceCard.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_killed_at_any_step_it_ends_as_if_undisturbed(monkeypatch, size):
    monkeypatch.setattr(making, "RESIDENTS_PER_LOT", 2)
    for _ in range(PEOPLE):
        insured()
    runs.work_off(number=start().number)
    digest = digest_of(digest_tables())
    # In the sample every fifth, so that befores and afters of all steps take turns.
    for point in points(PEOPLE // 2)[:: size(5, 1)]:
        forget()
        run = start()
        killed_at(point, run)
        runs.work_off(number=run.number)
        run.refresh_from_db()
        assert (run.status, run.counts) == ("finished", {"cards": str(PEOPLE), "renewals": "0"})
        assert InsuranceCard.objects.filter(run=run.number).count() == CertificateTerm.objects.count() == PEOPLE
        assert digest_of(digest_tables()) == digest
