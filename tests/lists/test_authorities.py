"""Lists of the authorities: what each row does, what stands against it, and that again changes nothing (W9, E1)."""

import datetime

import pytest

from enrollment.lists.layouts import Source
from enrollment.registration.models import Circumstance
from tests import factories as make
from tests.contributions import makers as contributions

from . import makers
from .makers import (
    TODAY,
    again,
    apply,
    business,
    certificate,
    codes,
    covered,
    enrolled,
    held,
    police,
    states,
    upload,
    uploaded_and_applied,
    withdrawn,
)

pytestmark = pytest.mark.django_db
D = datetime.date
Kind = Circumstance.Kind


class TestCertificates:
    def test_a_new_one_is_put_on_record(self, clerk):
        person = make.resident()
        rows = [certificate(person, document="低保001")]
        found = upload(Source.CIVIL_AFFAIRS, rows, clerk)
        assert states(found) == ["would"]
        assert codes(found) == ["begins"]
        assert held(person, Kind.LOW_INCOME) == []
        run = apply(found, clerk)
        assert states(found) == ["done"]
        assert held(person, Kind.LOW_INCOME) == [("low_income", D(2009, 9, 1), None)]
        assert person.circumstances.get(kind=Kind.LOW_INCOME).document_number == "低保001"
        found.refresh_from_db()
        assert (found.applied_on, run.counts["done"], run.result) == (TODAY, "1", found.number)
        assert states(again(Source.CIVIL_AFFAIRS, rows, clerk)) == ["nothing"]

    def test_another_status_takes_the_place_of_the_one_before(self, clerk):
        person = make.resident()
        make.circumstance(person, Kind.LOW_INCOME, "low_income", starts=D(2009, 1, 1))
        rows = [certificate(person, status="低保边缘户")]
        uploaded_and_applied(Source.CIVIL_AFFAIRS, rows, clerk)
        edge = ("low_income_edge", D(2009, 9, 1), None)
        assert held(person, Kind.LOW_INCOME) == [("low_income", D(2009, 1, 1), D(2009, 8, 31)), edge]
        again(Source.CIVIL_AFFAIRS, rows, clerk)

    def test_a_withdrawn_one_ends(self, clerk):
        person = make.resident()
        make.circumstance(person, Kind.LOW_INCOME, "low_income", starts=D(2009, 1, 1), document_number="A1")
        rows = [withdrawn(person, D(2009, 6, 30), document="A1")]
        found = uploaded_and_applied(Source.CIVIL_AFFAIRS, rows, clerk)
        assert states(found) == ["done"]
        assert held(person, Kind.LOW_INCOME) == [("low_income", D(2009, 1, 1), D(2009, 6, 30))]
        again(Source.CIVIL_AFFAIRS, rows, clerk)

    def test_the_first_list_again_after_the_withdrawal_changes_nothing(self, clerk):
        person = make.resident()
        first = [certificate(person, starts=D(2009, 1, 1))]
        uploaded_and_applied(Source.CIVIL_AFFAIRS, first, clerk)
        uploaded_and_applied(Source.CIVIL_AFFAIRS, [withdrawn(person, D(2009, 6, 30))], clerk)
        assert codes(again(Source.CIVIL_AFFAIRS, first, clerk)) == ["on_record"]

    def test_one_person_in_several_rows_is_worked_in_their_order(self, clerk):
        person = make.resident()
        rows = [
            certificate(person, starts=D(2009, 1, 1)),
            withdrawn(person, D(2009, 6, 30)),
            certificate(person, status="低保边缘", starts=D(2009, 7, 1)),
        ]
        found = upload(Source.CIVIL_AFFAIRS, rows, clerk)
        assert states(found) == ["would"] * 3
        apply(found, clerk)
        assert states(found) == ["done"] * 3
        assert held(person, Kind.LOW_INCOME) == [
            ("low_income", D(2009, 1, 1), D(2009, 6, 30)),
            ("low_income_edge", D(2009, 7, 1), None),
        ]
        again(Source.CIVIL_AFFAIRS, rows, clerk)

    def test_what_stands_against_it(self, clerk):
        later, other_number, voided, dead, ended, changed = (make.resident() for _ in range(6))
        make.circumstance(later, Kind.LOW_INCOME, "low_income_edge", starts=D(2009, 9, 10))
        make.circumstance(other_number, Kind.LOW_INCOME, "low_income", starts=D(2009, 1, 1), document_number="A1")
        make.circumstance(voided, Kind.LOW_INCOME, "low_income", starts=D(2009, 9, 1), voided=True)
        make.circumstance(dead, Kind.DEATH, "died", starts=D(2009, 8, 1))
        make.circumstance(ended, Kind.LOW_INCOME, "low_income", starts=D(2009, 1, 1), ends=D(2009, 3, 31))
        make.circumstance(changed, Kind.LOW_INCOME, "low_income", starts=D(2009, 1, 1), ends=D(2009, 3, 31))
        make.circumstance(changed, Kind.LOW_INCOME, "low_income_edge", starts=D(2009, 4, 1))
        rows = [
            certificate(later),
            withdrawn(other_number, D(2009, 6, 30), document="B2"),
            certificate(voided),
            certificate(dead),
            withdrawn(ended, D(2009, 6, 30)),
            withdrawn(make.resident(), D(2009, 6, 30)),
            certificate(make.resident(), name="别人"),
            certificate(make.resident(birth=D(2009, 9, 10)), starts=D(2009, 9, 1)),
        ]
        found = upload(Source.CIVIL_AFFAIRS, rows, clerk)
        expected = [
            "overlap",
            "nothing_to_end",
            "voided",
            "died",
            "ended_before",
            "nothing_to_end",
            "other_name",
            "before_birth",
        ]
        assert [codes(found, place)[0] for place in range(2, 10)] == expected
        before = business()
        assert apply(found, clerk).counts["refused"] == "8"
        assert business() == before

    def test_who_is_not_on_record_is_no_mistake_of_the_list(self, clerk):
        nobody = makers.row(
            Source.CIVIL_AFFAIRS,
            name="某人",
            id_number=make.id_number(D(1950, 1, 1), "F"),
            status="低保",
            change="新增",
            starts=D(2009, 9, 1),
        )
        found = upload(Source.CIVIL_AFFAIRS, [nobody], clerk)
        assert (states(found), codes(found)) == (["nothing"], ["not_on_record"])

    def test_a_number_of_a_certificate_that_holds_the_id_number_is_kept_masked(self, clerk):
        person = make.resident()
        row = makers.row(
            Source.DISABILITY,
            name=person.name,
            id_number=person.id_number,
            status="二级",
            change="新增",
            starts=D(2009, 9, 1),
            document=f"{person.id_number}42",
        )
        uploaded_and_applied(Source.DISABILITY, [row], clerk)
        kept = person.circumstances.get(kind=Kind.DISABILITY)
        assert kept.value == "2"
        number = str(person.id_number)
        assert kept.document_number == f"{number[:6]}********{number[-4:]}42"
        again(Source.DISABILITY, [row], clerk)

    def test_a_new_grade(self, clerk):
        person = make.resident()
        make.circumstance(person, Kind.DISABILITY, "3", starts=D(2008, 7, 1))
        row = makers.row(
            Source.DISABILITY,
            name=person.name,
            id_number=person.id_number,
            status=1,
            change="等级变更",
            starts="2009/9/1",
        )
        uploaded_and_applied(Source.DISABILITY, [row], clerk)
        assert held(person, Kind.DISABILITY) == [("3", D(2008, 7, 1), D(2009, 8, 31)), ("1", D(2009, 9, 1), None)]


def test_an_open_notice_that_would_cost_something_else_is_made_anew(clerk):
    """As after an entry by hand: the person pays what is due by now, and not an amount that would be sent back."""
    october = D(2009, 10, 20)
    person = contributions.elder()
    contributions.enrolled(person, D(2008, 8, 10))
    contributions.pay(contributions.renewal(person, D(2008, 10, 8)), D(2008, 10, 8))
    contributions.renewal(person, D(2009, 10, 12))
    rows = [certificate(person, starts=D(2009, 10, 15))]
    found = upload(Source.CIVIL_AFFAIRS, rows, clerk, on=october)
    assert codes(found) == ["begins", "open_notices"]
    apply(found, clerk, on=october)
    notices = person.notices.filter(contribution_year=2010).order_by("pk").values_list("status", "personal")
    assert [(status, str(amount)) for status, amount in notices] == [("remade", "200.00"), ("open", "80.00")]
    again(Source.CIVIL_AFFAIRS, rows, clerk, on=october)


def test_a_move_changes_the_district_of_what_was_paid_after_it(clerk):
    """C3."""
    person, there = contributions.elder(), make.community("211003002001")
    notice = contributions.enrolled(person, D(2009, 8, 10))
    assert notice.district.code == "211002"
    uploaded_and_applied(Source.POLICE, [police(person, "市内迁移", D(2009, 8, 3), community=there.code)], clerk)
    notice.refresh_from_db()
    assert notice.district.code == "211003"


class TestPolice:
    def test_a_death_ends_the_relationship_on_its_day(self, clerk):
        person = make.resident()
        relationship = enrolled(person)
        rows = [police(person, "死亡", D(2009, 8, 3))]
        found = upload(Source.POLICE, rows, clerk)
        assert codes(found) == ["begins", "enrollment_ends"]
        apply(found, clerk)
        relationship.refresh_from_db()
        assert (relationship.ends, relationship.end_reason) == (D(2009, 8, 3), "death")
        again(Source.POLICE, rows, clerk)
        other = [police(person, "死亡", D(2009, 8, 4))]
        assert codes(again(Source.POLICE, other, clerk)) == ["other_day_of_death"]

    def test_moving_away_ends_hukou_and_relationship_on_that_day(self, clerk):
        person = make.resident()
        relationship = enrolled(person)
        rows = [police(person, "迁出", D(2009, 8, 3))]
        uploaded_and_applied(Source.POLICE, rows, clerk)
        relationship.refresh_from_db()
        assert (relationship.ends, relationship.end_reason) == (D(2009, 8, 3), "moved_away")
        assert held(person, Kind.HUKOU) == [("native", person.birth_date, D(2009, 8, 3))]
        again(Source.POLICE, rows, clerk)

    def test_who_comes_back_has_the_hukou_here_again(self, clerk):
        """C4, B2: from where decides what is paid, and whether they wait."""
        person, there = make.resident(), make.community("211003002001")
        uploaded_and_applied(Source.POLICE, [police(person, "迁出", D(2009, 3, 3))], clerk)
        rows = [police(person, "外市迁入", D(2009, 8, 3), community=there.code)]
        found = upload(Source.POLICE, rows, clerk)
        assert (states(found), codes(found)) == (["would"], ["begins", "moves"])
        apply(found, clerk)
        assert held(person, Kind.HUKOU)[1:] == [("outside", D(2009, 8, 3), None)]
        person.refresh_from_db()
        assert person.community == there
        again(Source.POLICE, rows, clerk)
        # From the counties, and without a community.
        other = make.resident(hukou="")
        rows = [police(other, "县区迁入", D(2009, 8, 3))]
        uploaded_and_applied(Source.POLICE, rows, clerk)
        assert held(other, Kind.HUKOU) == [("county", D(2009, 8, 3), None)]
        again(Source.POLICE, rows, clerk)

    def test_who_has_the_hukou_here_did_not_move_in(self, clerk):
        rows = [
            police(make.resident(), "迁入", D(2009, 8, 3)),
            police(make.resident(hukou=""), "迁入", D(2009, 8, 3), community="没有的社区"),
            police(make.resident(hukou="", birth=D(2009, 8, 10)), "迁入", D(2009, 8, 3)),
        ]
        found = uploaded_and_applied(Source.POLICE, rows, clerk)
        assert [codes(found, place) for place in (2, 3, 4)] == [["overlap"], ["unknown_community"], ["before_birth"]]

    def test_moving_within_the_city_changes_the_community_from_that_day(self, clerk):
        person, there = make.resident(), make.community("211003002001")
        make.community("211003002002")
        by_name = [police(person, "市内迁移", D(2009, 8, 3), community="社区001")]
        # Two communities of that name: the usual one and the other's.
        assert codes(upload(Source.POLICE, by_name, clerk)) == ["community_twice"]
        rows = [police(person, "市内迁移", D(2009, 8, 3), community=there.code)]
        found = upload(Source.POLICE, rows, clerk)
        assert codes(found)[0] == "moves"
        apply(found, clerk)
        person.refresh_from_db()
        assert (person.community, person.moved_on) == (there, D(2009, 8, 3))
        again(Source.POLICE, rows, clerk)
        # Another move followed: the older list changes nothing any more.
        further = [police(person, "市内迁移", D(2009, 9, 3), community="211003002002")]
        uploaded_and_applied(Source.POLICE, further, clerk)
        again(Source.POLICE, rows, clerk)
        elsewhere = [police(person, "市内迁移", D(2009, 8, 20), community=make.community().code)]
        assert codes(again(Source.POLICE, elsewhere, clerk)) == ["moved_later"]

    def test_what_stands_against_it(self, clerk):
        stranger = make.resident(hukou="")
        dead = make.resident()
        make.circumstance(dead, Kind.DEATH, "died", starts=D(2009, 8, 1))
        rows = [
            police(make.resident(), "死亡", TODAY + datetime.timedelta(days=1)),
            police(stranger, "迁出", D(2009, 8, 3)),
            police(make.resident(), "市内迁移", D(2009, 8, 3), community="没有的社区"),
            police(dead, "迁出", D(2009, 8, 3)),
            police(make.resident(), "市内迁移", D(2009, 8, 3), community=make.community().code),
        ]
        found = upload(Source.POLICE, rows, clerk)
        expected = ["future", "no_hukou", "unknown_community", "died", "lives_there"]
        assert [codes(found, place)[0] for place in range(2, 7)] == expected


class TestSchemes:
    def test_joining_the_employee_scheme_ends_the_relationship_the_day_before(self, clerk):
        person = make.resident()
        relationship = enrolled(person)
        rows = [covered(person, starts=D(2009, 8, 3))]
        found = upload(Source.EMPLOYEE, rows, clerk)
        assert codes(found) == ["begins", "enrollment_ends"]
        apply(found, clerk)
        relationship.refresh_from_db()
        assert (relationship.ends, relationship.end_reason) == (D(2009, 8, 2), "other_scheme")
        again(Source.EMPLOYEE, rows, clerk)

    def test_cover_that_ended(self, clerk):
        person = make.resident()
        make.circumstance(person, Kind.SCHEME, "rural", starts=D(2009, 1, 1))
        rows = [covered(person, "停保", Source.RURAL, ends=D(2009, 8, 31))]
        uploaded_and_applied(Source.RURAL, rows, clerk)
        assert held(person, Kind.SCHEME) == [("rural", D(2009, 1, 1), D(2009, 8, 31))]
        again(Source.RURAL, rows, clerk)
        # That of the other scheme is not on record.
        other = [covered(person, "停保", ends=D(2009, 8, 31))]
        assert codes(upload(Source.EMPLOYEE, other, clerk)) == ["nothing_to_end"]

    def test_from_the_rural_scheme_to_the_employees(self, clerk):
        person = make.resident()
        make.circumstance(person, Kind.SCHEME, "rural", starts=D(2009, 1, 1))
        uploaded_and_applied(Source.EMPLOYEE, [covered(person, starts=D(2009, 9, 1))], clerk)
        assert held(person, Kind.SCHEME) == [
            ("rural", D(2009, 1, 1), D(2009, 8, 31)),
            ("employee", D(2009, 9, 1), None),
        ]
