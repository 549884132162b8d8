"""A school's list: new pupils are registered as the counter would, those on record recognised, classes kept (W4)."""

import datetime
import uuid
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from enrollment.contributions.models import ContributionNotice
from enrollment.lists import exports, selectors, services
from enrollment.lists.layouts import Source
from enrollment.lists.models import ClassMembership, ListRow
from enrollment.lists.services import parts, school_parts
from enrollment.registration import idnumber
from enrollment.registration import services as registration
from enrollment.registration.data import AgentData, CircumstanceData, PersonData
from enrollment.registration.models import MaterialCheck, Registration, Resident
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import NotAllowed
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.policy.terms import Material
from liaoyang_medins.kernel.runs import services as runs
from liaoyang_medins.kernel.runs.models import Run
from liaoyang_medins.kernel.sheets.reading import read_table
from tests import factories as make
from tests.registration.pages import signed_in, text

from . import makers
from .makers import TODAY, apply, business, codes, enrolled, forget, pupil, states, upload, uploaded_and_applied

pytestmark = pytest.mark.django_db
D = datetime.date
Status = Registration.Status
IN_ORDER = dict.fromkeys(Material, MaterialCheck.State.PRESENT)
CERTIFICATES = {"low_income_certificate", "low_income_edge_certificate", "disability_certificate"}


NUMBER = [column.code for column in makers.layout(Source.SCHOOL)].index("disability_number")


def certificates_of(said: dict[str, Any]) -> list[CircumstanceData]:
    found = []
    if said["low_income"]:
        found.append(
            CircumstanceData(
                "low_income", "low_income", said["low_income_since"], document_number=said["low_income_number"]
            )
        )
    if said["disability"]:
        number = said["disability_number"]
        masked = f"{number[:6]}********{number[14:]}"
        found.append(CircumstanceData("disability", "2", said["disability_since"], document_number=masked))
    return found


def as_the_counter(rows: list[list[object]], by: Actor) -> None:
    """The same pupils, each through the verbs of the counter."""
    codes_of = [column.code for column in makers.layout(Source.SCHOOL)]
    for cells in rows:
        said = dict(zip(codes_of, cells, strict=True))
        parsed = idnumber.parse(str(said["id_number"]), today=TODAY)
        moved = said.get("moved_in")
        hukou = {"本市": "native", "外市迁入": "outside", "本市县区迁入": "county"}[str(said["hukou"])]
        agent = said.get("agent_name")
        row = registration.register_resident(
            submission=uuid.uuid4(),
            person=PersonData(
                str(said["name"]),
                parsed.birth_date,
                parsed.sex,
                Office.objects.get(name=said["community"]),
                parsed.number,
                str(said.get("address") or ""),
                str(said.get("phone") or ""),
            ),
            circumstances=[
                CircumstanceData("hukou", hukou, moved or parsed.birth_date),  # type: ignore[arg-type]
                CircumstanceData("student", "school", said["starts"], school=by.office),  # type: ignore[arg-type]
                *certificates_of(said),
            ],
            agent=AgentData(str(agent), str(said["agent_relation"])) if agent else None,
            materials=IN_ORDER,
            by=by,
        )
        registration.forward(number=row.number, version=row.version, by=by)


class TestNewPupils:
    def test_all_of_it_is_what_the_counter_would_have_made(self, school):
        rows = [pupil(number) for number in range(1, 8)]
        rows[1] = pupil(2, agent_name="王父", agent_relation="父亲", address=" 中华大街1号 ", phone="139 0000")
        rows[2] = pupil(3, hukou="外市迁入", moved_in=D(2008, 9, 1))
        rows[3] = pupil(4, hukou="本市县区迁入", moved_in="2005-3-1", starts="2009/9/1")
        rows[4] = pupil(5, low_income="低保", low_income_since=D(2009, 3, 1), low_income_number="低保字0001")
        disabled = pupil(6, disability="二级", disability_since=D(2008, 5, 6))
        rows[5] = [
            f"{disabled[1]}42" if cell is None and place == NUMBER else cell for place, cell in enumerate(disabled)
        ]
        apply_rows = [list(row) for row in rows]
        uploaded_and_applied(Source.SCHOOL, apply_rows, school)
        ours = business("lists_classmembership")
        assert Registration.objects.filter(status=Status.AT_AGENCY, office=school.office).count() == 7
        # Now again by hand.
        forget()
        rows[3] = pupil(4, id_number=rows[3][1], hukou="本市县区迁入", moved_in=D(2005, 3, 1))
        with clock.on_day(TODAY):
            as_the_counter(rows, school)
        assert business("lists_classmembership") == ours

    def test_they_are_in_their_class_and_the_record_of_acts_tells_of_each(self, school):
        found = uploaded_and_applied(Source.SCHOOL, [pupil(1), pupil(2, grade="初一", class_name="1班")], school)
        assert states(found) == ["done", "done"]
        assert codes(found) == ["registers_new", "class"]
        classes = selectors.classes_of(school.office, TODAY)
        assert [(each.grade, each.class_name, each.pupils) for each in classes] == [(3, "2班", 1), (7, "1班", 1)]
        for row in Registration.objects.all():
            entry = AuditEntry.objects.get(verb="registrations.register", object_number=row.number)
            assert (entry.resident, entry.user_id) == (row.resident.number, school.user_id)
        worked = AuditEntry.objects.filter(verb="runs.work")
        assert [entry.changes["done"] for entry in worked] == ["2"]
        assert len(worked[0].changes["digest"]) == 64

    def test_a_certificate_makes_it_cheaper_and_its_copy_is_a_document(self, school):
        rows = [
            pupil(1, low_income="低保", low_income_since=D(2009, 3, 1)),
            pupil(2, low_income="低保边缘", low_income_since=D(2009, 3, 1)),
            pupil(3, disability="1", disability_since=D(2009, 3, 1)),
        ]
        found = upload(Source.SCHOOL, rows, school)
        assert [row.findings[0][1]["due"] for row in found.rows.order_by("place")] == ["16.00", "30.00", "40.00"]
        apply(found, school)
        brought = [
            set(row.materials.values_list("material", flat=True)) & CERTIFICATES
            for row in Registration.objects.order_by("pk")
        ]
        assert brought == [
            {"low_income_certificate"},
            {"low_income_edge_certificate"},
            {"disability_certificate"},
        ]
        again = uploaded_and_applied(Source.SCHOOL, rows, school)
        assert states(again) == ["nothing"] * 3

    def test_the_dry_run_changes_nothing_and_tells_what_it_costs(self, school):
        before = business()
        found = upload(Source.SCHOOL, [pupil(1)], school)
        assert business() == before
        row = ListRow.objects.get(list=found)
        assert row.state == "would"
        code, parameters = row.findings[0]
        assert (code, parameters["category"], parameters["tier"]) == ("registers_new", "minor", "ordinary")
        assert parameters["due"] == "40.00"

    @pytest.mark.parametrize(
        ("values", "code"),
        [
            ({"community": "没有的社区"}, "unknown_community"),
            ({"starts": TODAY + datetime.timedelta(days=1)}, "future"),
            ({"hukou": "外市迁入", "moved_in": D(1999, 1, 1)}, "before_birth"),
            ({"starts": D(1999, 9, 1)}, "before_birth"),
            ({"low_income": "低保", "low_income_since": D(1999, 9, 1)}, "before_birth"),
        ],
    )
    def test_what_stands_against_it(self, school, values, code):
        found = uploaded_and_applied(Source.SCHOOL, [pupil(1, **values)], school)
        assert (states(found), codes(found)) == (["refused"], [code])
        assert not Resident.objects.exists()

    def test_a_list_with_every_kind_of_bad_row_among_good_ones(self, school):
        covered = make.resident(birth=D(2000, 5, 5), name="另保")
        make.circumstance(covered, "scheme", "employee", starts=D(2009, 1, 1))
        good, twice = pupil(1), pupil(2)
        rows = [
            good,
            twice,
            [*twice],
            pupil(3, id_number="211002200005050011"),
            pupil(4, community="没有的社区"),
            pupil(5, name=covered.name, id_number=covered.id_number),
            pupil(6, name="=1+1"),
            pupil(7, id_number=2.1100220000505e17),
            pupil(8, starts="开学"),
            pupil(9, grade="大一"),
            pupil(10, name=""),
        ]
        file = makers.workbook([makers.headings(Source.SCHOOL), *rows], formulas=True)
        found = upload(Source.SCHOOL, [], school, file=file)
        apply(found, school)
        assert states(found) == ["done", "done", *["refused"] * 9]
        assert [codes(found, place)[0] for place in range(4, 13)] == [
            "twice",
            "id_number_check_digit",
            "unknown_community",
            "ineligible",
            "formula",
            "lost_digits",
            "bad_day",
            "unknown_word",
            "empty_cell",
        ]
        assert Resident.objects.count() == 3
        with exports.refused_rows(uploaded=found, by=school) as workbook:
            table = [row.cells for row in read_table(workbook)]
        assert len(table) == 10
        assert all(str(row[len(makers.headings(Source.SCHOOL))]) for row in table)

    def test_the_corrected_rows_come_back(self, school):
        found = uploaded_and_applied(Source.SCHOOL, [pupil(1), pupil(2, community="没有的社区")], school)
        with exports.refused_rows(uploaded=found, by=school) as workbook:
            head, bad = (list(row.cells) for row in read_table(workbook))
        bad[head.index("居住社区")] = "社区001"
        again = upload(Source.SCHOOL, [], school, file=makers.workbook([head, bad]))
        apply(again, school)
        assert states(again) == ["done"]
        assert Resident.objects.count() == 2


class TestAgain:
    def test_the_same_file_and_the_same_rows_in_another_change_nothing(self, school):
        rows = [pupil(number) for number in range(1, 5)]
        uploaded_and_applied(Source.SCHOOL, rows, school)
        before = business()
        for file in (makers.workbook([makers.headings(Source.SCHOOL), *rows]), None):
            again = upload(Source.SCHOOL, rows[::-1], school, file=file)
            apply(again, school)
            assert states(again) == ["nothing"] * 4
            assert codes(again) == ["pupil_on_record"]
            assert business() == before

    def test_after_the_agency_took_them_into_its_records(self, school, clerk):
        from enrollment.contributions.services import take_into_records

        rows = [pupil(1)]
        uploaded_and_applied(Source.SCHOOL, rows, school)
        row = Registration.objects.get()
        with clock.on_day(TODAY):
            take_into_records(registration_number=row.number, version=row.version, by=clerk)
        again = uploaded_and_applied(Source.SCHOOL, rows, school)
        assert states(again) == ["nothing"]


class TestAtTheAgency:
    def test_a_whole_list_is_taken_into_the_records(self, school, clerk):
        found = uploaded_and_applied(Source.SCHOOL, [pupil(number) for number in range(1, 5)], school)
        dead = Resident.objects.order_by("pk")[0]
        make.circumstance(dead, "death", "died", starts=D(2009, 9, 10))
        with clock.on_day(TODAY):
            with pytest.raises(NotAllowed):
                services.record_list(number=found.number, by=school)
            run = services.record_list(number=found.number, by=clerk, calls=False)
            runs.work_off(number=run.number)
        run.refresh_from_db()
        assert (run.status, run.counts) == ("finished", {"recorded": "3", "refused": "1"})
        assert ContributionNotice.objects.filter(status="open").count() == 3
        assert list(selectors.at_agency(found)) == [Registration.objects.get(resident=dead)]

    def test_the_page_offers_it_to_the_agency_alone(self, school, clerk, settings):
        settings.BUSINESS_DATE = TODAY.isoformat()
        found = uploaded_and_applied(Source.SCHOOL, [pupil(1)], school)
        address = reverse("list", args=[found.number])
        words = "Take 1 registrations into the records"
        assert words not in text(signed_in(school).get(address))
        client = signed_in(clerk)
        assert words in text(client.get(address))
        answer = client.post(reverse("list-record", args=[found.number]))
        run = Run.objects.get(kind="list_records")
        assert answer.headers["Location"] == reverse("run", args=[run.number])
        assert found.number in text(client.get(answer.headers["Location"]))
        runs.work_off(number=run.number)
        assert words not in text(client.get(address))
        assert client.get(reverse("run", args=[run.number])).status_code == 200


class TestPupilsOnRecord:
    def known(self, **values: object) -> Resident:
        return make.resident(birth=D(2000, 5, 5), name="王小红", **values)

    def row(self, person: Resident, **values: object) -> list[object]:
        return pupil(1, **{"name": person.name, "id_number": person.id_number, **values})

    def test_somebody_who_is_not_enrolled_is_registered(self, school):
        person = self.known()
        found = uploaded_and_applied(Source.SCHOOL, [self.row(person)], school)
        assert states(found) == ["done"]
        assert {"pupil", "registers", "class"} <= set(codes(found))
        row = Registration.objects.get(resident=person)
        assert (row.status, row.office) == (Status.AT_AGENCY, school.office)
        assert person.circumstances.filter(kind="student", school=school.office).count() == 1

    def test_who_is_enrolled_only_gets_school_and_class(self, school):
        person = self.known()
        enrolled(person)
        found = uploaded_and_applied(Source.SCHOOL, [self.row(person)], school)
        assert (states(found), codes(found)) == (["done"], ["pupil", "class"])
        assert not Registration.objects.exists()
        assert ClassMembership.objects.get(resident=person).grade == 3

    def test_a_certificate_goes_on_record_unless_the_record_knows_better(self, school):
        new, known, ended = self.known(), self.known(), self.known()
        for person in (new, known, ended):
            enrolled(person)
        make.circumstance(known, "low_income", "low_income", starts=D(2009, 1, 1))
        make.circumstance(ended, "low_income", "low_income", starts=D(2009, 3, 1), ends=D(2009, 6, 30))
        seen = {"low_income": "低保", "low_income_since": D(2009, 3, 1)}
        rows = [self.row(person, **seen) for person in (new, known, ended)]
        found = uploaded_and_applied(Source.SCHOOL, rows, school)
        assert states(found) == ["done"] * 3
        assert [codes(found, place) for place in (2, 3, 4)] == [
            ["pupil", "begins", "class"],
            ["pupil", "class"],
            ["pupil", "class"],
        ]
        assert makers.held(new, "low_income") == [("low_income", D(2009, 3, 1), None)]
        assert makers.held(known, "low_income") == [("low_income", D(2009, 1, 1), None)]
        assert makers.held(ended, "low_income") == [("low_income", D(2009, 3, 1), D(2009, 6, 30))]

    def test_a_pupil_of_another_school_changes_it(self, school):
        person, before = self.known(), make.school("SCH002")
        enrolled(person)
        make.circumstance(person, "student", "school", starts=D(2006, 9, 1), school=before)
        found = uploaded_and_applied(Source.SCHOOL, [self.row(person)], school)
        assert states(found) == ["done"]
        held = person.circumstances.filter(kind="student").order_by("starts").values_list("school__code", "ends")
        assert list(held) == [("SCH002", D(2009, 8, 31)), ("SCH001", None)]

    def test_in_the_window_who_paid_this_year_is_renewed(self, school, clerk):
        from enrollment.contributions.services import record_payment, take_into_records

        october = D(2009, 10, 12)
        # Eligible only lately, so that nobody waits and the first notice is for this year.
        newcomer = pupil(1, hukou="本市县区迁入", moved_in=D(2009, 8, 20))
        uploaded_and_applied(Source.SCHOOL, [newcomer], school, on=D(2009, 9, 3))
        row = Registration.objects.get()
        with clock.on_day(D(2009, 9, 4)):
            notice = take_into_records(registration_number=row.number, version=row.version, by=clerk)
            record_payment(
                stated_notice=notice.number,
                amount=notice.personal,
                paid_on=D(2009, 9, 4),
                channel="bank",
                bank_reference="1",
                by=clerk,
            )
        rows = [pupil(1, id_number=row.resident.id_number, name=row.resident.name, class_name="3班")]
        found = upload(Source.SCHOOL, rows, school, on=october)
        assert codes(found) == ["renews", "class"]
        apply(found, school, on=october)
        assert states(found) == ["done"]
        renewal = ContributionNotice.objects.get(kind="renewal")
        assert (renewal.contribution_year, renewal.status) == (2010, "open")
        assert states(uploaded_and_applied(Source.SCHOOL, rows, school, on=october)) == ["nothing"]
        history = ClassMembership.objects.order_by("starts").values_list("class_name", "starts", "ends")
        assert list(history) == [("2班", D(2009, 9, 1), D(2009, 10, 11)), ("3班", october, None)]

    def test_a_newborn_of_that_name_without_a_number_gets_it(self, school):
        person = make.resident(birth=D(2001, 5, 5), name="王小红", sex="F", id_number=None)
        number = make.id_number(D(2001, 5, 5), "F")
        row = pupil(1, name="王小红", id_number=number)
        found = uploaded_and_applied(Source.SCHOOL, [row], school)
        assert states(found) == ["done"]
        person.refresh_from_db()
        assert person.id_number == number
        assert Resident.objects.count() == 1
        assert ClassMembership.objects.get().resident == person

    def test_what_stands_against_it(self, school):
        other, dead = self.known(), self.known()
        make.circumstance(dead, "death", "died", starts=D(2009, 8, 1))
        university = self.known()
        make.circumstance(university, "student", "university", starts=D(2009, 9, 10))
        rows = [self.row(other, name="别人"), self.row(dead), self.row(university)]
        found = uploaded_and_applied(Source.SCHOOL, rows, school)
        assert states(found) == ["refused"] * 3
        assert [codes(found, place)[0] for place in (2, 3, 4)] == ["other_name", "died", "overlap"]
        assert not Registration.objects.exists()

    def test_where_they_live_the_record_knows_better(self, school):
        home = make.community("211003002005")
        person = self.known(home=home)
        uploaded_and_applied(Source.SCHOOL, [self.row(person)], school)
        person.refresh_from_db()
        assert person.community == home


def test_a_part_asks_as_much_for_many_as_for_few(school):
    from django.test.utils import CaptureQueriesContext

    def asked(first: int, count: int) -> int:
        found = upload(Source.SCHOOL, [pupil(first + place) for place in range(count)], school)
        kept = list(ListRow.objects.filter(list=found).select_related("list__office"))
        with CaptureQueriesContext(connection) as captured, clock.on_day(TODAY):
            results = school_parts.apply(kept, by=school)
        assert {result.state for result in results} == {parts.State.DONE}
        return len(captured)

    assert asked(1, 2) == asked(50, 20)
