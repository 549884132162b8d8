"""kill -9 in the middle of the run that makes cards: at each of its steps; the end is that of an undisturbed one."""

import pytest
from django.test import Client

from enrollment.cards import services
from enrollment.cards.models import CertificateTerm, InsuranceCard
from enrollment.cards.services import making
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.models import User
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs.models import Run
from liaoyang_medins.portal.digest import digest_of, digest_tables
from tests.faults import Point, killed_at, no_room_for

from .makers import TODAY, clerk, insured

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
    people = size(6, 12)
    for _ in range(people):
        insured()
    runs.work_off(number=start().number)
    digest = digest_of(digest_tables())
    # In the sample some of them, so that befores and afters of all steps take turns; in the soak more than fifty.
    for point in points(people // 2)[:: size(5, 1)]:
        forget()
        run = start()
        killed_at(point, run)
        runs.work_off(number=run.number)
        run.refresh_from_db()
        assert (run.status, run.counts) == ("finished", {"cards": str(people), "renewals": "0"})
        assert InsuranceCard.objects.filter(run=run.number).count() == CertificateTerm.objects.count() == people
        assert digest_of(digest_tables()) == digest


@pytest.mark.django_db(transaction=True)
def test_with_a_full_disk_the_run_says_so_and_can_be_resumed(monkeypatch):
    monkeypatch.setattr(making, "RESIDENTS_PER_LOT", 2)
    for _ in range(3):
        insured()
    run = start()
    with no_room_for(InsuranceCard):
        with pytest.raises(runs.RunFailed, match="No space left on device"):
            runs.work_off(number=run.number)
        assert not InsuranceCard.objects.exists()
        assert not CertificateTerm.objects.exists()
        client = Client()
        client.force_login(User.objects.get(pk=clerk().user_id))
        assert "The disk of the server is full" in client.get(run.get_absolute_url()).content.decode()
    runs.resume_run(number=run.number, by=clerk(), calls=False)
    runs.work_off(number=run.number)
    assert InsuranceCard.objects.filter(run=run.number).count() == CertificateTerm.objects.count() == 3
