"""Starting benefits: whose begin is recorded, once; who paid and begins nothing is told (B1, B2, B3, B5)."""

import datetime
from typing import Any

import pytest

from enrollment.contributions import selectors, services
from enrollment.contributions.models import BegunBenefit, ContributionNotice
from enrollment.registration import services as registration
from enrollment.registration.data import CircumstanceData
from enrollment.registration.models import Circumstance, Resident
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import NotAllowed, Refused
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.runs import selectors as runs_seen
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs.models import Run
from tests import factories as make

from . import makers as m

D = datetime.date
NEW_YEAR = D(2010, 1, 1)

pytestmark = pytest.mark.django_db


def begun(on: datetime.date = NEW_YEAR, **values: Any) -> Run:
    with clock.on_day(on):
        run = services.start_benefits(by=values.pop("by", None) or m.clerk(), calls=False, **values)
    runs.work_off(number=run.number)
    run.refresh_from_db()
    return run


def counts(run: Run) -> dict[str, str]:
    return runs_seen.counts_of(run)


def recorded() -> dict[tuple[str, datetime.date], datetime.date]:
    rows = BegunBenefit.objects.values_list("period__resident__number", "period__starts", "begun_on")
    return {(number, starts): on for number, starts, on in rows}


def renewed(person: Resident) -> Resident:
    m.enrolled(person, D(2009, 3, 20))
    m.pay(m.renewal(person, D(2009, 10, 5)), D(2009, 10, 6))
    return person


def test_whose_benefits_begin_is_recorded_once():
    elder, pupil, died = renewed(m.elder()), renewed(m.pupil()), renewed(m.elder())
    m.enrolled(m.elder(), D(2009, 3, 20))
    # Paid on 12 December: six months of waiting, until 12 June.
    late = m.elder()
    m.pay(m.first_notice(late, D(2009, 12, 10)), D(2009, 12, 12))
    with clock.on_day(D(2009, 12, 20)):
        registration.add_circumstance(
            resident_number=died.number,
            circumstance=CircumstanceData(Circumstance.Kind.DEATH, "died", D(2009, 12, 15)),
            by=make.actor(Role.COMMUNITY),
        )
    dry = begun(dry_run=True)
    assert not BegunBenefit.objects.exists()
    run = begun()
    assert counts(run) == counts(dry) == {"begun": "2", "renewals": "2", "students": "1", "ended": "1"}
    assert recorded() == {(elder.number, NEW_YEAR): NEW_YEAR, (pupil.number, NEW_YEAR): NEW_YEAR}
    (refusal,) = runs_seen.refusals_of(run)
    assert (refusal.name, refusal.code, refusal.parameters) == (died.number, "death", {"day": "2009-12-15"})
    assert len(runs_seen.examples_of(dry)) == 2
    with pytest.raises(Refused) as error:
        begun(D(2010, 1, 2))
    assert error.value.code == "nothing_begins"
    # B2: on the day after the wait.
    assert counts(begun(D(2010, 6, 13)))["begun"] == "1"
    assert recorded()[late.number, D(2010, 6, 13)] == D(2010, 6, 13)


def ends(person: Resident, day: datetime.date) -> None:
    with clock.on_day(D(2009, 12, 20)):
        registration.add_circumstance(
            resident_number=person.number,
            circumstance=CircumstanceData(Circumstance.Kind.DEATH, "died", day),
            by=make.actor(Role.COMMUNITY),
        )


def test_who_begins_nothing_is_listed_once_also_where_no_run_was_on_the_day():
    renewed(m.elder())
    gone, waiting = renewed(m.elder()), m.elder()
    # Paid on 12 June: six months of waiting, until 12 December.
    m.pay(m.first_notice(waiting, D(2009, 6, 10)), D(2009, 6, 12))
    ends(gone, D(2009, 12, 15))
    ends(waiting, D(2009, 12, 10))

    def listed(on: datetime.date, **values: Any) -> list[str]:
        return [row.name for row in runs_seen.refusals_of(begun(on, **values))]

    assert counts(begun(D(2009, 12, 1)))["ended"] == "0"
    late = D(2010, 1, 2)
    assert listed(late, dry_run=True) == listed(late) == [gone.number, waiting.number]
    other = m.elder()
    m.enrolled(other, D(2009, 3, 20))
    m.pay(m.renewal(other, D(2009, 10, 5)), D(2009, 10, 6))
    assert listed(late) == []
    with pytest.raises(Refused):
        begun(D(2010, 1, 3))


def test_it_decides_nothing_about_cover():
    person = renewed(m.elder())
    assert selectors.covered_on(person, D(2010, 1, 5)) is not None
    begun(D(2010, 1, 5))
    assert selectors.covered_on(person, D(2010, 1, 5)) is not None


def test_what_becomes_known_late_is_recorded_when_it_is_found():
    person = m.elder()
    m.enrolled(person, D(2009, 3, 20))
    notice = m.renewal(person, D(2009, 10, 5))
    renewed(m.elder())
    begun()
    m.pay(notice, D(2009, 11, 30), received=D(2010, 1, 8))
    assert counts(begun(D(2010, 1, 9)))["begun"] == "1"
    assert recorded()[person.number, NEW_YEAR] == D(2010, 1, 9)


def test_the_first_year_begins_on_its_own_days():
    """B5: students on 1 September 2008, the others on 1 October."""
    pupil, elder = m.pupil(), m.elder()
    m.enrolled(pupil, D(2008, 8, 20))
    m.enrolled(elder, D(2008, 8, 20))
    assert counts(begun(D(2008, 9, 1))) == {"begun": "1", "renewals": "0", "students": "1", "ended": "0"}
    assert counts(begun(D(2008, 10, 1)))["begun"] == "1"
    assert set(recorded()) == {(pupil.number, D(2008, 9, 1)), (elder.number, D(2008, 10, 1))}
    # The students' 2009, paid together with 2008.
    assert counts(begun(D(2009, 1, 1)))["begun"] == "1"


def test_a_payment_that_is_taken_back_before_begins_nothing():
    person = renewed(m.elder())
    receipt = ContributionNotice.objects.get(resident=person, contribution_year=2010).receipts.get()
    with clock.on_day(D(2009, 12, 20)):
        services.return_receipt(
            number=receipt.number, version=receipt.version, returned_on=D(2009, 12, 20), note="退票", by=m.reviewer()
        )
    with pytest.raises(Refused):
        begun()


def test_who_may_not():
    renewed(m.elder())
    with pytest.raises(NotAllowed):
        begun(by=make.actor(Role.AGENCY_REVIEWER))
