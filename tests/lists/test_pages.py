"""The pages of lists and classes: upload, check, apply, the refused rows; who sees what; no full ID number."""

import datetime
import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from enrollment.lists.labels import finding_text
from enrollment.lists.layouts import Source
from enrollment.lists.models import ListRow, UploadedList
from enrollment.lists.showing import hidden
from enrollment.lists.stated import Finding
from enrollment.registration.models import Resident
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.runs.models import Run
from liaoyang_medins.kernel.sheets.reading import read_table
from tests import factories as make
from tests.registration.pages import signed_in, text

from . import makers
from .makers import TODAY, certificate, pupil

pytestmark = pytest.mark.django_db
D = datetime.date
FULL = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")


@pytest.fixture(autouse=True)
def today(settings: Any) -> None:
    settings.BUSINESS_DATE = TODAY.isoformat()


def send(client: Client, source: Source, rows: list[list[object]] | None = None, file: bytes | None = None) -> Any:
    content = file if file is not None else makers.workbook([makers.headings(source), *(rows or [])]).getvalue()
    upload = SimpleUploadedFile("九月名册.xlsx", content)
    return client.post(reverse("list-new"), {"source": source.value, "file": upload}, follow=True)


def downloaded(response: Any) -> list[tuple[object, ...]]:
    assert response.status_code == 200
    return [row.cells for row in read_table(io.BytesIO(b"".join(response.streaming_content)))]


def last() -> UploadedList:
    return UploadedList.objects.latest("id")


class TestAsTheClerk:
    def test_upload_check_apply_and_take_the_bad_rows_back(self, clerk):
        client = signed_in(clerk)
        person = make.resident()
        rows = [certificate(person), certificate(make.resident(), id_number="211002194005060011")]
        page = send(client, Source.CIVIL_AFFAIRS, rows)
        assert "Being checked" in text(page)
        found = last()
        address = reverse("list", args=[found.number])
        assert "intake-live" in page.content.decode()
        live = client.get(address, headers={"hx-request": "true"})
        assert "0 of 1" in text(live)
        makers.work_off(found)
        live = client.get(address, headers={"hx-request": "true"})
        assert live.headers["HX-Refresh"] == "true"
        page = client.get(address)
        assert "Apply 1 rows" in text(page)
        assert "Low income: Low-income from 2009-09-01." in text(page)
        assert "check digit" in text(client.get(address, {"rows": "refused"}))
        assert client.post(reverse("list-apply", args=[found.number])).status_code == 302
        assert "Being applied" in text(client.get(address))
        makers.work_off(found)
        page = client.get(address)
        assert "Rows done: 1; refused: 1" in text(page)
        assert Resident.objects.get(pk=person.pk).circumstances.filter(kind="low_income").count() == 1
        table = downloaded(client.get(reverse("list-refused", args=[found.number])))
        assert len(table) == 2
        assert "211002194005060011" in table[1]

    def test_no_page_shows_a_full_id_number(self, clerk):
        client = signed_in(clerk)
        person = make.resident()
        rows = [
            certificate(person, document=f"{person.id_number}42"),
            certificate(person, name="x", id_number="21100219400506001"),
        ]
        send(client, Source.CIVIL_AFFAIRS, rows)
        found = last()
        for _round in range(2):
            for state in ("", *ListRow.State.values):
                page = client.get(reverse("list", args=[found.number]), {"rows": state})
                assert str(person.id_number) not in page.content.decode()
                assert not FULL.search(page.content.decode())
            makers.work_off(found)

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"", "The file is empty."),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "old kind (.xls)"),
            (b"name,amount\nx,1\n", "other headings"),
            ("姓名,身份证号\nx,1\n".encode(), "Columns are missing: 保障类别, 变动."),
            (b"<table></table>", "web page"),
        ],
    )
    def test_a_wrong_file_is_told_at_its_field(self, clerk, content, said):
        page = send(signed_in(clerk), Source.CIVIL_AFFAIRS, file=content)
        assert page.status_code == 422
        assert said in text(page)
        assert "Error:" in text(page)
        assert '<a href="#id_file">' in page.content.decode()
        assert not UploadedList.objects.exists()

    def test_a_zip_bomb_is_told_and_nothing_is_kept(self, clerk):
        page = send(signed_in(clerk), Source.POLICE, file=makers.bomb().getvalue())
        assert (page.status_code, UploadedList.objects.count()) == (422, 0)
        assert "200 MB" in text(page)

    def test_without_a_file(self, clerk):
        page = signed_in(clerk).post(reverse("list-new"), {"source": "police"})
        assert page.status_code == 422
        assert "Choose the file." in text(page)

    def test_pause_resume_cancel_discard(self, clerk):
        client = signed_in(clerk)
        send(client, Source.CIVIL_AFFAIRS, [certificate(make.resident())])
        found = last()
        steer = reverse("list-steer", args=[found.number])
        run = Run.objects.get()
        for action, status in (("pause", "paused"), ("resume", "planned"), ("cancel", "cancelled")):
            assert client.post(steer, {"action": action}).status_code == 302
            run.refresh_from_db()
            assert run.status == status
            assert client.get(reverse("list", args=[found.number])).status_code == 200
        client.post(reverse("list-check", args=[found.number]))
        assert Run.objects.count() == 2
        assert client.post(reverse("list-discard", args=[found.number])).status_code == 302
        assert not UploadedList.objects.exists()

    def test_templates_can_be_downloaded(self, clerk):
        client = signed_in(clerk)
        for source in Source:
            assert downloaded(client.get(reverse("list-template", args=[source.value]))) == [
                tuple(makers.headings(source))
            ]
        assert client.get(reverse("list-template", args=["nothing"])).status_code == 404

    def test_the_list_of_lists(self, clerk, django_assert_max_num_queries):
        client = signed_in(clerk)
        assert "No lists yet" in text(client.get(reverse("lists")))
        for _place in range(3):
            send(client, Source.CIVIL_AFFAIRS, [certificate(make.resident())])
        with django_assert_max_num_queries(20):
            page = client.get(reverse("lists"))
        assert text(page).count("Being checked") == 3


class TestAsTheSchool:
    def test_a_whole_list_to_the_class_and_the_turn_of_the_year(self, school):
        client = signed_in(school)
        page = client.get(reverse("list-new"))
        assert 'type="hidden" name="source" value="school"' in page.content.decode()
        send(client, Source.SCHOOL, [pupil(1), pupil(2, grade="六年级", class_name="1班"), pupil(3, community="?")])
        found = last()
        makers.work_off(found)
        page = client.get(reverse("list", args=[found.number]))
        assert "Registered and handed to the agency: Minor or student, Ordinary, 40.00 yuan." in text(page)
        client.post(reverse("list-apply", args=[found.number]))
        makers.work_off(found)
        home = client.get(reverse("schools"), follow=True)
        assert "Primary, grade 3, class 2班" in text(home)
        classes = reverse("school-classes", args=[school.office.code])
        one = reverse("school-class", args=[school.office.code])
        person = Resident.objects.order_by("pk")[0]
        page = client.get(one, {"grade": 3, "class": "2班"})
        assert person.name in text(page)
        assert str(person.id_number) not in page.content.decode()
        export = reverse("school-export", args=[school.office.code])
        assert len(downloaded(client.get(export, {"grade": 3, "class": "2班"}))) == 3
        assert len(downloaded(client.get(export))) == 4
        year = reverse("school-year", args=[school.office.code])
        page = client.get(year)
        assert page.status_code == 200
        wrong = client.post(year, {"first_day": "2010-09-01", "class_0": "advances", "class_1": "leaves"})
        assert (wrong.status_code, "has not begun" in text(wrong)) == (422, True)
        assert (
            client.post(year, {"first_day": "2009-09-21", "class_0": "advances", "class_1": "leaves"}).status_code
            == 302
        )
        assert "being brought" in text(client.get(classes))
        from liaoyang_medins.kernel.runs import services as runs

        runs.work_off(number=Run.objects.get(kind="school_year").number)
        assert "Primary, grade 4, class 2班" in text(client.get(classes))
        assert "grade 6" not in text(client.get(classes))

    def test_who_left_is_ticked(self, school):
        client = signed_in(school)
        makers.uploaded_and_applied(Source.SCHOOL, [pupil(1), pupil(2)], school)
        first, _second = Resident.objects.order_by("pk")
        address = reverse("school-class", args=[school.office.code]) + "?grade=3&class=2%E7%8F%AD"
        nobody = client.post(address, {"last_day": "2009-09-18"})
        assert (nobody.status_code, "Tick the students who left." in text(nobody)) == (422, True)
        early = client.post(address, {"last_day": "2009-08-18", "row": [first.number]})
        assert early.status_code == 422
        assert "checked" in early.content.decode()
        assert client.post(address, {"last_day": "2009-09-18", "row": [first.number]}).status_code == 302
        assert first.name not in text(client.get(address))

    def test_another_schools_list_and_classes_are_not_there(self, school):
        other = make.actor(Role.SCHOOL, make.school("SCH002"))
        found = makers.upload(Source.SCHOOL, [pupil(1)], school)
        client = signed_in(other)
        assert found.number not in text(client.get(reverse("lists")))
        for name in ("list", "list-refused"):
            assert client.get(reverse(name, args=[found.number])).status_code == 404
        for name in ("list-apply", "list-check", "list-discard", "list-steer"):
            assert client.post(reverse(name, args=[found.number])).status_code == 404
        for name in ("school-classes", "school-class", "school-export", "school-year"):
            assert client.get(reverse(name, args=[school.office.code])).status_code == 404
        page = send(client, Source.CIVIL_AFFAIRS, [])
        assert page.status_code == 422


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.AGENCY_REVIEWER, Role.AGENCY_CLERK])
def test_the_agency_and_the_supervisor_see_lists_and_classes(school, role):
    found = makers.uploaded_and_applied(Source.SCHOOL, [pupil(1)], school)
    client = signed_in(make.actor(role))
    assert found.number in text(client.get(reverse("lists")))
    assert client.get(reverse("list", args=[found.number])).status_code == 200
    assert school.office.name_en in text(client.get(reverse("schools")))
    assert client.get(reverse("school-classes", args=[school.office.code])).status_code == 200
    page = client.get(reverse("school-class", args=[school.office.code]), {"grade": 3, "class": "2班"})
    assert "Report those who left" not in text(page)
    assert client.post(reverse("school-class", args=[school.office.code])).status_code == 403


@pytest.mark.parametrize("role", [Role.COMMUNITY, Role.DISTRICT, Role.HOSPITAL, Role.CITY_FINANCE])
def test_others_do_not(school, role):
    found = makers.upload(Source.SCHOOL, [pupil(1)], school)
    by: Actor = make.actor(role) if role is not Role.HOSPITAL else make.actor(Role.SUBDISTRICT)
    client = signed_in(by)
    for address in (reverse("lists"), reverse("list", args=[found.number]), reverse("schools")):
        assert client.get(address).status_code == 403


def test_an_id_number_is_hidden_wherever_it_stands():
    number = make.id_number(D(1940, 5, 6), "M")
    assert hidden(f"{number}42") == f"{number[:6]}********{number[-4:]}42"
    assert hidden("211002400506001") != "211002400506001"
    assert hidden("13904190001") == "13904190001"
    said = finding_text(Finding("unknown_community", {"community": number}))
    assert number not in said
