"""Classes of a school: lists, who leaves, the turn of the school year (W10)."""

import datetime

import pytest

from enrollment.life.services.merging import approve_merge, propose_merge
from enrollment.lists import exports, selectors, services
from enrollment.lists.layouts import Source
from enrollment.lists.models import ClassMembership
from enrollment.registration.models import MaterialCheck, Registration, Resident
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import Invalid, NotAllowed
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.policy.terms import Material
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.sheets.reading import read_table
from tests import factories as make

from .makers import TODAY, business, pupil, uploaded_and_applied

pytestmark = pytest.mark.django_db
D = datetime.date
Status = Registration.Status
IN_ORDER = dict.fromkeys(Material, MaterialCheck.State.PRESENT)


class TestClasses:
    def school_with(self, school: Actor, *classes: tuple[str, str]) -> list[Resident]:
        rows = [pupil(place, grade=grade, class_name=name) for place, (grade, name) in enumerate(classes, start=1)]
        uploaded_and_applied(Source.SCHOOL, rows, school)
        return list(Resident.objects.order_by("pk"))

    def test_the_class_list_as_a_workbook(self, school):
        self.school_with(school, ("三年级", "2班"), ("一年级", "1班"), ("三年级", "2班"))
        with clock.on_day(TODAY), exports.class_list(school=school.office, by=school) as file:
            table = [row.cells for row in read_table(file)]
        assert [row[0] for row in table[1:]] == [
            "Primary, grade 1, class 1班",
            "Primary, grade 3, class 2班",
            "Primary, grade 3, class 2班",
            "Sum",
        ]
        assert table[-1][1] == 3
        assert all("********" in str(row[3]) for row in table[1:-1])
        with clock.on_day(TODAY):
            one = exports.class_list(school=school.office, grade=3, class_name="2班", by=school)
        assert len(read_table(one)) == 4
        one.close()

    def test_who_leaves_is_no_pupil_any_more(self, school):
        first, second = self.school_with(school, ("三年级", "2班"), ("三年级", "2班"))
        with clock.on_day(TODAY):
            count = services.leave_school(
                school=school.office, residents=[first.number], last_day=D(2009, 9, 18), by=school
            )
        assert count == 1
        assert list(selectors.pupils_of(school.office, TODAY)) == [second]
        assert first.circumstances.get(kind="student").ends == D(2009, 9, 18)
        assert ClassMembership.objects.get(resident=first).ends == D(2009, 9, 18)

    def test_who_died_is_in_no_class_list(self, school):
        first, second = self.school_with(school, ("三年级", "2班"), ("三年级", "2班"))
        make.circumstance(first, "death", "died", starts=D(2009, 9, 18))
        assert list(selectors.pupils_of(school.office, TODAY)) == [second]
        assert [each.pupils for each in selectors.classes_of(school.office, TODAY)] == [1]
        assert selectors.pupil_counts(selectors.schools_visible_to(school), TODAY) == {school.office.pk: 1}

    def test_leaving_is_refused_for_days_that_cannot_be_and_other_schools(self, school):
        (person,) = self.school_with(school, ("三年级", "2班"))
        with clock.on_day(TODAY):
            for day in (D(2009, 8, 31), TODAY + datetime.timedelta(days=1)):
                with pytest.raises(Invalid):
                    services.leave_school(school=school.office, residents=[person.number], last_day=day, by=school)
            with pytest.raises(Invalid):
                services.leave_school(school=school.office, residents=[], last_day=TODAY, by=school)
            with pytest.raises(NotAllowed):
                services.leave_school(
                    school=make.school("SCH002"), residents=[person.number], last_day=TODAY, by=school
                )
        assert list(selectors.pupils_of(school.office, TODAY)) == [person]

    def test_the_turn_of_the_school_year(self, school):
        first, second, third, last = self.school_with(
            school, ("一年级", "1班"), ("二年级", "1班"), ("二年级", "2班"), ("六年级", "1班")
        )
        new_year = D(2010, 9, 1)
        then = {(1, "1班"): "advances", (2, "1班"): "advances", (2, "2班"): "stays", (6, "1班"): "leaves"}
        before = None
        with clock.on_day(new_year):
            for _round in range(2):
                run = services.start_school_year(
                    school=school.office, first_day=new_year, then=then, by=school, calls=False
                )
                runs.work_off(number=run.number)
                run.refresh_from_db()
                assert run.status == "finished"
                # Again it changes nothing: everybody is in the new year.
                before = before or business()
                assert business() == before
            classes = selectors.classes_of(school.office, new_year)
        assert [(each.grade, each.class_name) for each in classes] == [(2, "1班"), (2, "2班"), (3, "1班")]
        places = {row.resident_id: (row.grade, row.ends) for row in ClassMembership.objects.filter(ends=None)}
        assert places == {first.pk: (2, None), second.pk: (3, None), third.pk: (2, None)}
        assert last.circumstances.get(kind="student").ends == D(2010, 8, 31)

    def test_the_turn_is_refused_where_it_cannot_be(self, school):
        self.school_with(school, ("高三", "1班"))
        cases = [
            (TODAY + datetime.timedelta(days=1), {(12, "1班"): "leaves"}),
            (TODAY, {(12, "1班"): "advances"}),
            (TODAY, {(12, "1班"): "stays"}),
            (TODAY, {}),
        ]
        with clock.on_day(TODAY):
            for first_day, then in cases:
                with pytest.raises(Invalid):
                    services.start_school_year(school=school.office, first_day=first_day, then=then, by=school)
            with pytest.raises(NotAllowed):
                services.start_school_year(
                    school=school.office,
                    first_day=TODAY,
                    then={(12, "1班"): "leaves"},
                    by=make.actor(Role.AGENCY_CLERK),
                )


def test_two_records_of_a_pupil_that_are_made_one_leave_one_class(school):
    clerk, reviewer = make.actor(Role.AGENCY_CLERK), make.actor(Role.AGENCY_REVIEWER)
    first, second = (make.resident(birth=D(2000, 5, 5), name="王小红") for _ in range(2))
    days = [(first, "1班", D(2009, 9, 1), None), (second, "2班", D(2009, 9, 1), None)]
    days.append((second, "3班", D(2008, 9, 1), D(2009, 8, 31)))
    for resident, name, starts, ends in days:
        ClassMembership.objects.create(
            resident=resident, school=school.office, grade=3, class_name=name, starts=starts, ends=ends
        )
    with clock.on_day(TODAY):
        merge = propose_merge(survivor=first.number, duplicate=second.number, reason="same person", by=clerk)
        approve_merge(pk=merge.pk, version=merge.version, by=reviewer)
    rows = ClassMembership.objects.order_by("starts").values_list("resident", "class_name")
    assert list(rows) == [(first.pk, "3班"), (first.pk, "1班")]
