"""The sums that are kept: after everything that befalls a notice they say what the notices say, and nobody waits."""

import datetime
import importlib

import pytest
from django.db import connection

from enrollment.cockpit import services, tasks
from enrollment.cockpit.models import NoticeSum, SchoolCount, SchoolSum
from enrollment.contributions import services as contributions
from enrollment.contributions.models import ContributionNotice
from enrollment.registration.models import Circumstance, Resident
from liaoyang_medins.kernel import clock
from tests import factories as make
from tests.contributions import makers as m

from . import makers
from .makers import cells_kept, cells_told

D = datetime.date


def check() -> int:
    """The kept sums are those of the notices; returns how many cells there are."""
    assert cells_kept() == cells_told()
    return len(cells_told())


@pytest.mark.django_db
def test_the_sums_follow_everything_that_befalls_a_notice():
    person, other = makers.elder(1, makers.HOME, "民主路1号"), makers.elder(2, makers.HOME, "民主路2号")
    for one in (person, other):
        m.enrolled(one, makers.ENROLLED)
    assert check() == 1
    notice = m.renewal(person, D(2008, 10, 1))
    assert check() == 2
    receipt = m.pay(notice, D(2008, 10, 5))
    assert {key[5] for key in cells_told()} == {makers.ENROLLED, D(2008, 10, 5)}
    check()
    # Another amount settles nothing.
    m.pay(m.renewal(other, D(2008, 10, 2)), D(2008, 10, 6), 7)
    check()
    # The bank takes it back, and the notice is made anew.
    with clock.on_day(D(2008, 10, 20)):
        contributions.return_receipt(
            number=receipt.number, version=receipt.version, returned_on=D(2008, 10, 20), note="退票", by=m.reviewer()
        )
    assert m.state(notice) == "returned"
    check()
    with clock.on_day(D(2008, 10, 21)):
        contributions.remake_notice(number=notice.number, by=m.clerk())
    check()
    # Who moves takes their notices along.
    Resident.objects.filter(pk=person.pk).update(community=make.community(makers.FAR))
    assert {key[1] for key in cells_told()} == {make.community(makers.HOME).pk, make.community(makers.FAR).pk}
    check()
    m.lapse(D(2008, 12, 2))
    assert "lapsed" in set(ContributionNotice.objects.values_list("status", flat=True))
    check()
    # What another record of the person had comes to this one.
    third = makers.elder(3, makers.OTHER, "文圣路1号")
    ContributionNotice.objects.filter(resident=other).update(resident=third)
    assert make.community(makers.OTHER).pk in {key[1] for key in cells_told()}
    check()


@pytest.mark.django_db
def test_pupils_of_the_first_year_count_in_both_years():
    m.enrolled(m.pupil(home=make.community(makers.HOME)), makers.ENROLLED)
    assert {key[0] for key in cells_told()} == {2008, 2009}
    check()


def test_merging_changes_no_sum_and_leaves_one_row_of_each(city):
    before = cells_kept()
    assert before == cells_told()
    assert NoticeSum.objects.filter(fresh=True).count() > len(before)
    assert services.merge_sums()
    assert cells_kept() == before
    assert NoticeSum.objects.count() == len(before)
    assert not NoticeSum.objects.filter(fresh=True).exists()
    # Changes after it come on top of what is merged, and what is gone leaves no row.
    m.pay(ContributionNotice.objects.filter(status="open", kind="renewal")[0], makers.TODAY)
    check()
    tasks.merge_sums()
    assert NoticeSum.objects.count() == check()
    assert services.merge_sums()


def test_what_was_there_before_the_triggers_is_counted_once(city):
    NoticeSum.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(importlib.import_module("enrollment.cockpit.migrations.0002_triggers").FILL)
    assert NoticeSum.objects.count() == check()


def test_the_count_by_school_is_that_of_the_pupils_of_the_day(city):
    school = make.school()
    counted = services.count_schools(2010, makers.TODAY)
    assert counted.day == makers.TODAY
    pupils = set(Circumstance.objects.filter(kind="student", school=school).values_list("resident_id", flat=True))
    rows = [row for row in makers.standing() if row.contribution_year == 2010 and row.resident_id in pupils]
    kept = SchoolSum.objects.filter(contribution_year=2010, school=school)
    assert len(rows) == 3
    assert sum(row.notices for row in kept) == 3
    assert sum(row.notices for row in kept if row.paid_on) == 1
    assert sum(row.personal for row in kept) == sum(row.personal for row in rows)
    # Who left is nobody's pupil from the next day on; the day of a window that is over stays its last.
    left = Circumstance.objects.get(resident=rows[0].resident, kind="student")
    left.ends = D(2009, 11, 15)
    left.save()
    assert sum(row.notices for row in SchoolSum.objects.filter(contribution_year=2010)) == 3
    services.count_schools(2010, D(2009, 11, 16))
    assert sum(row.notices for row in SchoolSum.objects.filter(contribution_year=2010)) == 2
    assert services.day_of_pupils(2010, D(2010, 3, 1)) == D(2009, 11, 30)
    assert services.day_of_pupils(2011, D(2010, 3, 1)) == D(2010, 10, 1)


def test_schools_are_counted_by_the_job_or_by_who_looks_after_a_while(city):
    tasks.count_schools()
    assert set(SchoolCount.objects.values_list("contribution_year", flat=True)) == {2009, 2010}
    first = SchoolCount.objects.get(contribution_year=2010).counted_at
    assert services.schools_counted(2010, makers.TODAY).counted_at == first
    SchoolCount.objects.update(counted_at=first - services.OLD)
    assert services.schools_counted(2010, makers.TODAY).counted_at > first
