"""Lists of the authorities: what each row does, what stands against it, and that again changes nothing (W9, E1)."""

import datetime
from decimal import Decimal

import pytest

from claims.models import Settlement
from enrollment.lists import exports, services
from enrollment.lists.layouts import AUTHORITIES, Source
from enrollment.lists.models import ListRow, UploadedList
from enrollment.registration import services as registration
from enrollment.registration.data import CircumstanceData
from enrollment.registration.models import Circumstance, Enrollment, Resident
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed
from liaoyang_medins.kernel.numbers import next_number
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs.models import Run
from liaoyang_medins.kernel.sheets.reading import read_table
from liaoyang_medins.portal.digest import digest_of, digest_tables
from tests import factories as make

from . import makers
from .makers import TODAY, apply, certificate, codes, covered, police, states, upload, uploaded_and_applied, withdrawn

pytestmark = pytest.mark.django_db
D = datetime.date
Kind = Circumstance.Kind


def enrolled(person: Resident) -> Enrollment:
    starts = D(2009, 1, 1)
    return Enrollment.objects.create(number=next_number("enrollment", starts), resident=person, starts=starts)


def held(person: Resident, kind: str) -> list[tuple[str, D, D | None]]:
    """What holds of a kind: value, first and last day."""
    rows = person.circumstances.filter(kind=kind, voided=False).order_by("starts")
    return [(row.value, row.starts, row.ends) for row in rows]


def business() -> str:
    """The digest of everything but the lists themselves."""
    return digest_of(table for table in digest_tables() if not table.table.startswith("lists_"))


def again(source: Source, rows: list[list[object]], clerk: Actor, on: D = TODAY) -> UploadedList:
    """The same rows in another file change nothing: none has anything to do."""
    before = business()
    found = uploaded_and_applied(source, rows, clerk, on=on)
    assert business() == before
    assert not {"would", "done"} & set(states(found))
    return found


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


class TestLists:
    def test_good_rows_go_in_and_bad_ones_come_back_in_their_own_columns(self, clerk):
        good, bad = make.resident(), make.resident(name="李四")
        rows = [certificate(good), certificate(bad, id_number="211002194005060011", document="=1+1"), certificate(bad)]
        headings = [*makers.headings(Source.CIVIL_AFFAIRS)[:-1], "备注", makers.headings(Source.CIVIL_AFFAIRS)[-1]]
        shifted = [[*row[:-1], "机密", row[-1]] for row in rows]
        file = makers.workbook([["九月名册"], headings, *shifted], formulas=True)
        found = upload(Source.CIVIL_AFFAIRS, [], clerk, file=file)
        apply(found, clerk)
        assert states(found) == ["done", "refused", "done"]
        with exports.refused_rows(uploaded=found, by=clerk) as given_back:
            table = [row.cells for row in read_table(given_back)]
        assert len(table) == 2
        assert table[0][: len(headings)] == tuple(headings)
        given = dict(zip(table[0], table[1], strict=True))
        assert (given["身份证号"], given["备注"], given["证件号"]) == ("211002194005060011", "机密", "=1+1")
        assert "check digit" in str(given["Reason"])
        assert "formula" in str(given["Reason"])
        assert given["Row"] == "4"
        assert AuditEntry.objects.filter(verb="lists.export", object_number=found.number).count() == 1

    def test_the_same_row_twice(self, clerk):
        person = make.resident()
        found = uploaded_and_applied(Source.CIVIL_AFFAIRS, [certificate(person), certificate(person)], clerk)
        assert states(found) == ["done", "refused"]
        assert ListRow.objects.get(list=found, place=3).findings == [["twice", {"row": 2}]]

    def test_csv_in_gb18030(self, clerk):
        person = make.resident()
        file = makers.text([makers.headings(Source.CIVIL_AFFAIRS), certificate(person)], "gb18030")
        assert states(upload(Source.CIVIL_AFFAIRS, [], clerk, file=file)) == ["would"]

    def test_settlements_that_a_row_touches_are_told(self, clerk, monkeypatch):
        from enrollment.lists import selectors

        person = make.resident()
        enrolled(person)
        asked = []

        def count(days: list[tuple[int, D]]) -> dict[int, int]:
            asked.extend(days)
            return {person.pk: 2}

        monkeypatch.setattr(selectors, "settlements_since", count)
        found = upload(Source.POLICE, [police(person, "死亡", D(2009, 8, 3))], clerk)
        assert asked == [(person.pk, D(2009, 8, 3))]
        assert codes(found)[-1] == "settlements"
        assert Settlement.objects.count() == 0
        assert Run.objects.latest("id").counts["settlements"] == "2"

    def test_each_row_is_looked_at_again_when_it_is_applied(self, clerk):
        person = make.resident()
        found = upload(Source.CIVIL_AFFAIRS, [certificate(person)], clerk)
        with clock.on_day(TODAY):
            registration.add_circumstance(
                resident_number=person.number,
                circumstance=CircumstanceData("death", "died", D(2009, 8, 1)),
                by=clerk,
            )
        apply(found, clerk)
        assert (states(found), codes(found)) == (["refused"], ["died"])

    def test_a_verb_that_says_no_after_all_leaves_nothing_of_the_row(self, clerk, monkeypatch):
        from enrollment.lists.services import parts

        first, second = make.resident(), make.resident()
        found = upload(Source.CIVIL_AFFAIRS, [certificate(first), certificate(second)], clerk)
        real = parts.add_circumstance

        def refusing(**values: object) -> object:
            done = real(**values)
            if values["resident_number"] == first.number:
                raise Conflict("no", code="just_so")
            return done

        monkeypatch.setattr(parts, "add_circumstance", refusing)
        apply(found, clerk)
        assert states(found) == ["refused", "done"]
        assert held(first, Kind.LOW_INCOME) == []
        assert not AuditEntry.objects.filter(verb="circumstances.add", resident=first.number).exists()
        assert AuditEntry.objects.filter(verb="circumstances.add", resident=second.number).count() == 1

    def test_the_life_of_a_list(self, clerk):
        person = make.resident()
        with clock.on_day(TODAY):
            found = services.upload_list(
                source=Source.CIVIL_AFFAIRS,
                file=makers.workbook([makers.headings(Source.CIVIL_AFFAIRS), certificate(person)]),
                file_name="../../etc/九月.xlsx",
                by=clerk,
                calls=False,
            )
            assert found.file_name == "九月.xlsx"
            with pytest.raises(Conflict, match="checked"):
                services.apply_list(number=found.number, by=clerk)
            makers.work_off(found)
            run = services.apply_list(number=found.number, by=clerk, calls=False)
            assert services.apply_list(number=found.number, by=clerk) == run
            with pytest.raises(Conflict, match="being applied"):
                services.check_list(number=found.number, by=clerk)
            with pytest.raises(Conflict, match="applied"):
                services.discard_list(number=found.number, by=clerk)
            # Cancelled before a worker took it: nothing was done, and it can be applied again.
            runs.cancel_run(number=run.number, by=clerk)
            apply(found, clerk)
            for verb in (services.apply_list, services.check_list, services.discard_list):
                with pytest.raises(Conflict, match="already"):
                    verb(number=found.number, by=clerk)
        verbs = list(
            AuditEntry.objects.filter(object_number=found.number).order_by("id").values_list("verb", flat=True)
        )
        assert verbs == ["lists.upload", "lists.apply"]

    def test_what_was_done_before_a_cancellation_stays_done(self, clerk, monkeypatch):
        from enrollment.lists.services import uploading

        monkeypatch.setattr(uploading, "ROWS_A_PART", 1)
        people = [make.resident() for _ in range(3)]
        found = upload(Source.CIVIL_AFFAIRS, [certificate(person) for person in people], clerk)
        with clock.on_day(TODAY):
            run = services.apply_list(number=found.number, by=clerk, calls=False)
            runs.work_one(number=run.number)
            runs.cancel_run(number=run.number, by=clerk)
        assert states(found) == ["done", "would", "would"]
        apply(found, clerk)
        assert states(found) == ["done"] * 3

    def test_a_list_that_is_discarded_is_gone(self, clerk):
        found = upload(Source.CIVIL_AFFAIRS, [certificate(make.resident())], clerk)
        with clock.on_day(TODAY):
            services.discard_list(number=found.number, by=clerk)
        assert not UploadedList.objects.exists()
        assert not ListRow.objects.exists()

    @pytest.mark.parametrize("role", [Role.AGENCY_REVIEWER, Role.COMMUNITY, Role.SUPERVISOR, Role.SCHOOL])
    def test_others_do_not_bring_it(self, clerk, role):
        file = makers.workbook([makers.headings(Source.POLICE), police(make.resident(), "死亡", D(2009, 8, 1))])
        with pytest.raises(NotAllowed), clock.on_day(TODAY):
            services.upload_list(source=Source.POLICE, file=file, file_name="x", by=make.actor(role))

    @pytest.mark.parametrize("source", AUTHORITIES)
    def test_the_template_can_be_filled_in_and_read(self, clerk, source):
        with exports.template_of(source) as file:
            (head,) = read_table(file)
        assert list(head.cells) == makers.headings(source)
        with pytest.raises(Invalid, match="no row"), clock.on_day(TODAY), exports.template_of(source) as file:
            services.upload_list(source=source, file=file, file_name="x", by=clerk)

    def test_a_part_asks_as_much_for_many_as_for_few(self, clerk, django_assert_num_queries):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        from enrollment.lists.services import parts

        def asked(count: int) -> int:
            rows = [covered(make.resident(), starts=D(2009, 9, 1)) for _ in range(count)]
            found = upload(Source.EMPLOYEE, rows, clerk)
            kept = list(ListRow.objects.filter(list=found).select_related("list__office"))
            with CaptureQueriesContext(connection) as captured, clock.on_day(TODAY):
                parts.look_at(kept, by=clerk)
            return len(captured)

        assert asked(2) == asked(12)
        assert Decimal(asked(2)) <= 12
