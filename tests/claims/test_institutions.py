"""Institutions: dated grades, designations and specialist diseases, by the administrator."""

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from claims import services
from claims.facts import institution_on
from claims.models import Designation, Institution, InstitutionGrade, Specialty
from liaoyang_medins.kernel.attachments.models import Attachment
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.policy.terms import Disease, Grade
from tests import factories
from tests.claims import makers
from tests.claims.test_pages import browser, text_of
from tests.scans import PNG

pytestmark = pytest.mark.django_db

DAY = datetime.date(2010, 1, 1)


@pytest.fixture
def admin():
    factories.area()
    return factories.actor(Role.ADMINISTRATOR)


def test_a_new_institution_has_an_office_and_a_grade_and_is_not_designated(admin):
    made = services.create_institution(code="ly-h9", name="新医院", grade=Grade.GRADE1, starts=DAY, by=admin)
    assert (made.code, made.office.kind, made.office.parent.kind) == ("LY-H9", "institution", "area")
    on = institution_on(made, DAY)
    assert (on.grade, on.designated) == (Grade.GRADE1, False)
    assert institution_on(made, DAY - datetime.timedelta(days=1)).grade is None
    with pytest.raises(Conflict):
        services.create_institution(code="LY-H9", name="x", grade=Grade.GRADE1, starts=DAY, by=admin)
    for code, name in (("医院", "x"), ("LY-H8", " ")):
        with pytest.raises(Invalid):
            services.create_institution(code=code, name=name, grade=Grade.GRADE1, starts=DAY, by=admin)


@pytest.mark.parametrize("role", [Role.AGENCY_CLERK, Role.SUPERVISOR])
def test_only_the_administrator_changes_institutions(role):
    makers.institution()
    by = factories.actor(role)
    for verb in (
        lambda: services.set_grade(code="H3", grade=Grade.GRADE1, starts=DAY, by=by),
        lambda: services.add_designation(code="H3", agreement_number="1", starts=DAY, by=by),
        lambda: services.change_institution(code="H3", name="x", may_refer=False, by=by),
    ):
        with pytest.raises(NotAllowed):
            verb()


def test_a_grade_holds_until_the_day_before_the_next(admin):
    institution = makers.institution()
    services.set_grade(code="H3", grade=Grade.GRADE2, starts=DAY, by=admin)
    assert institution_on(institution, datetime.date(2009, 12, 31)).grade is Grade.GRADE3
    assert institution_on(institution, DAY).grade is Grade.GRADE2
    with pytest.raises(Conflict):
        services.set_grade(code="H3", grade=Grade.GRADE1, starts=DAY, by=admin)
    with pytest.raises(Invalid):
        services.set_grade(code="H3", grade=Grade.GRADE2, starts=datetime.date(2010, 5, 1), by=admin)
    assert InstitutionGrade.objects.count() == 2


def test_designations_do_not_overlap_and_end_on_their_last_day(admin):
    institution = makers.institution("H5", designated=False)
    row = services.add_designation(code="H5", agreement_number="A-1", starts=DAY, by=admin)
    with pytest.raises(Conflict):
        services.add_designation(
            code="H5", agreement_number="A-2", starts=datetime.date(2009, 1, 1), ends=DAY, by=admin
        )
    services.end_designation(code="H5", designation_id=row.pk, ends=datetime.date(2010, 3, 31), by=admin)
    assert institution_on(institution, datetime.date(2010, 3, 31)).designated
    assert not institution_on(institution, datetime.date(2010, 4, 1)).designated
    with pytest.raises(Conflict):
        services.end_designation(code="H5", designation_id=row.pk, ends=datetime.date(2010, 5, 1), by=admin)
    later = services.add_designation(
        code="H5", agreement_number="A-2", starts=datetime.date(2010, 4, 1), ends=None, by=admin
    )
    with pytest.raises(Invalid):
        services.end_designation(code="H5", designation_id=later.pk, ends=DAY, by=admin)
    with pytest.raises(Invalid):
        services.end_designation(code="H5", designation_id=0, ends=DAY, by=admin)
    with pytest.raises(Invalid):
        services.add_designation(code="H5", agreement_number=" ", starts=DAY, by=admin)


def test_what_ends_on_a_day_to_come_is_ended_earlier_but_never_later(admin):
    """A longer period is one of its own: it would overlap what follows, or reach stays that were decided without."""
    institution = makers.institution("H5", designated=False)
    until = datetime.date(2010, 12, 31)
    row = services.add_designation(code="H5", agreement_number="A-1", starts=DAY, ends=until, by=admin)
    services.add_designation(code="H5", agreement_number="A-2", starts=datetime.date(2011, 1, 1), by=admin)
    named = services.add_specialty(code="H5", disease=Disease.MENTAL, starts=DAY, ends=until, by=admin)
    services.add_specialty(code="H5", disease=Disease.MENTAL, starts=datetime.date(2011, 1, 1), by=admin)
    for day in (until, datetime.date(2011, 6, 30)):
        with pytest.raises(Conflict, match="ends on 2010-12-31 already"):
            services.end_designation(code="H5", designation_id=row.pk, ends=day, by=admin)
        with pytest.raises(Conflict, match="ends on 2010-12-31 already"):
            services.end_specialty(code="H5", specialty_id=named.pk, ends=day, by=admin)
    url = reverse("institution-designation-end", args=["H5", row.pk])
    refused = browser(admin).post(url, {"ends": "2011-06-30"})
    assert refused.status_code == 422
    assert 'href="#id_ends"' in refused.content.decode()
    services.end_designation(code="H5", designation_id=row.pk, ends=datetime.date(2010, 9, 30), by=admin)
    assert not institution_on(institution, datetime.date(2010, 10, 1)).designated
    assert institution_on(institution, datetime.date(2011, 1, 1)).designated


def test_an_institution_out_of_the_city_is_never_designated_and_never_refers(admin):
    makers.institution("OUT", out_of_city=True, may_refer=False)
    with pytest.raises(Refused):
        services.add_designation(code="OUT", agreement_number="1", starts=DAY, by=admin)
    with pytest.raises(Refused):
        services.change_institution(code="OUT", name="x", may_refer=True, by=admin)
    made = services.create_institution(
        code="OUT2", name="x", grade=Grade.GRADE3, starts=DAY, out_of_city=True, may_refer=True, by=admin
    )
    assert not made.may_refer


def test_specialist_diseases_have_their_own_days(admin):
    institution = makers.institution()
    row = services.add_specialty(code="H3", disease=Disease.MENTAL, starts=DAY, by=admin)
    services.add_specialty(code="H3", disease=Disease.HEPATITIS_B, starts=DAY, by=admin)
    with pytest.raises(Conflict):
        services.add_specialty(code="H3", disease=Disease.MENTAL, starts=datetime.date(2010, 2, 1), by=admin)
    assert institution_on(institution, DAY).specialties == {Disease.MENTAL, Disease.HEPATITIS_B}
    services.end_specialty(code="H3", specialty_id=row.pk, ends=datetime.date(2010, 6, 30), by=admin)
    assert institution_on(institution, datetime.date(2010, 7, 1)).specialties == {Disease.HEPATITIS_B}


def test_the_administrator_works_on_the_pages(admin):
    client = browser(admin)
    fields = {"code": "LY-H9", "name": "新医院", "name_en": "New Hospital", "grade": "grade1", "starts": "2010-01-01"}
    response = client.post(reverse("institution-new"), fields)
    assert response.url == reverse("institution", args=["LY-H9"])
    assert "This code is taken" in text_of(client.post(reverse("institution-new"), fields))
    page = text_of(client.get(response.url))
    assert "New Hospital" in page
    assert "Grade 1 hospital" in page
    args = ["LY-H9"]
    client.post(
        reverse("institution-designation", args=args),
        {"designation-agreement_number": "A-9", "designation-starts": "2010-01-01"},
    )
    client.post(
        reverse("institution-specialty", args=args), {"specialty-disease": "mental", "specialty-starts": "2010-01-01"}
    )
    client.post(reverse("institution-grade", args=args), {"grade-grade": "grade2", "grade-starts": "2010-06-01"})
    page = text_of(client.get(response.url))
    for words in ("A-9", "Mental illness", "Grade 2 hospital", "2010-05-31"):
        assert words in page
    wrong = client.post(
        reverse("institution-grade", args=args), {"grade-grade": "grade3", "grade-starts": "2009-01-01"}
    )
    assert 'href="#id_grade-starts"' in wrong.content.decode()
    designation, specialty = Designation.objects.get(), Specialty.objects.get()
    client.post(reverse("institution-designation-end", args=["LY-H9", designation.pk]), {"ends": "2010-06-30"})
    client.post(reverse("institution-specialty-end", args=["LY-H9", specialty.pk]), {"ends": "2010-06-30"})
    assert {row.ends.isoformat() for row in (Designation.objects.get(), Specialty.objects.get())} == {"2010-06-30"}
    wrong = client.post(reverse("institution-specialty-end", args=["LY-H9", specialty.pk]), {"ends": "2009-06-30"})
    assert "before the first" in text_of(wrong)
    client.post(reverse("institution-edit", args=args), {"name": "新医院", "phone": "0419-1", "may_refer": "on"})
    changed = Institution.objects.get()
    assert (changed.may_refer, changed.office.phone) == (True, "0419-1")
    for name in ("institution-grade", "institution-designation", "institution-specialty"):
        assert client.get(reverse(name, args=args)).status_code == 302


def test_the_list_shows_what_holds_today_and_others_only_look(admin):
    makers.institution("H3", specialty="mental")
    makers.institution("P1", designated=False, grade="community")
    makers.institution("OUT", out_of_city=True, may_refer=False)
    client = browser(makers.hospital())
    url = reverse("institutions")

    def shown(**query):
        return {row["institution"].code for row in client.get(url, query).context["rows"]}

    assert shown() == {"H3", "P1", "OUT"}
    assert shown(designated="yes") == {"H3"}
    assert shown(designated="no", grade="community") == {"P1"}
    assert shown(q="hospital out") == {"OUT"}
    page = text_of(client.get(reverse("institution", args=["H3"])))
    assert "Mental illness" in page
    assert "End the designation" not in page
    assert client.post(reverse("institution-grade", args=["H3"])).status_code == 403
    assert client.get(reverse("institution", args=["NONE"])).status_code == 404


def test_what_settled_stays_rest_on_is_not_changed_unseen(admin):
    by = makers.hospital()
    paid = makers.settled(makers.insured(), by, on="2009-03-01", until="2009-03-10")
    start = datetime.date(2009, 2, 1)
    with pytest.raises(Refused, match=paid.number) as error:
        services.set_grade(code="H3", grade=Grade.GRADE2, starts=start, by=admin)
    assert (error.value.code, error.value.field) == ("rested_on", "although")
    row = Designation.objects.get()
    with pytest.raises(Refused, match="rest on it: 1"):
        services.end_designation(code="H3", designation_id=row.pk, ends=start, by=admin)
    row.refresh_from_db()
    assert row.ends is None
    # Nothing rests on what holds after the admission, nor on a disease that the person did not have.
    services.add_specialty(code="H3", disease=Disease.MENTAL, starts=start, by=admin)
    services.end_designation(code="H3", designation_id=row.pk, ends=datetime.date(2009, 3, 1), by=admin)
    services.set_grade(code="H3", grade=Grade.GRADE2, starts=start, although=True, by=admin)
    entry = AuditEntry.objects.get(verb="institutions.set_grade")
    assert entry.changes["settlements"] == 1
    paid.refresh_from_db()
    assert paid.live


def test_a_settlement_of_the_disease_rests_on_the_specialist(admin):
    by = makers.hospital("H7", specialty="mental")
    paid = makers.settled(makers.insured(), by, on="2009-03-01", until="2009-03-10", diagnosis="F20.0")
    specialty = Specialty.objects.get()
    with pytest.raises(Refused, match=paid.number):
        services.end_specialty(code="H7", specialty_id=specialty.pk, ends=datetime.date(2009, 2, 1), by=admin)
    services.end_specialty(code="H7", specialty_id=specialty.pk, ends=datetime.date(2009, 3, 1), by=admin)


def test_the_page_asks_whether_it_is_known_that_settlements_rest_on_it(admin):
    paid = makers.settled(makers.insured(), makers.hospital(), on="2009-03-01", until="2009-03-10")
    client = browser(admin)
    url = reverse("institution-grade", args=["H3"])
    fields = {"grade-grade": "grade2", "grade-starts": "2009-02-01"}
    refused = client.post(url, fields)
    assert paid.number in text_of(refused)
    assert 'type="checkbox" name="grade-although"' in refused.content.decode()
    assert client.post(url, fields | {"grade-although": "on"}).status_code == 302
    assert InstitutionGrade.objects.filter(grade="grade2").exists()
    designation = Designation.objects.get()
    end = reverse("institution-designation-end", args=["H3", designation.pk])
    assert client.get(end).status_code == 200
    refused = client.post(end, {"ends": "2009-02-01"})
    assert refused.status_code == 422
    assert 'href="#id_although"' in refused.content.decode()
    assert client.post(end, {"ends": "2009-02-01", "although": "on"}).status_code == 302


def test_an_agreement_has_its_number_its_day_and_scans(admin, settings, tmp_path):
    settings.ATTACHMENTS_ROOT = tmp_path
    makers.institution()
    row = Designation.objects.get()
    client = browser(admin)
    url = reverse("institution-agreement", args=["H3", row.pk])
    assert client.get(url).status_code == 200
    scan = SimpleUploadedFile("协议.png", PNG)
    fields = {"agreement_number": "2009-77", "signed_on": "2009-01-05", "file": scan}
    assert client.post(url, fields).status_code == 302
    row.refresh_from_db()
    assert (row.agreement_number, row.signed_on) == ("2009-77", datetime.date(2009, 1, 5))
    page = client.get(reverse("institution", args=["H3"]))
    assert "2009-01-05" in text_of(page)
    attachment = Attachment.objects.get()
    look = reverse("institution-scan", args=["H3", attachment.key])
    assert b"".join(client.get(look)) == PNG
    assert client.post(url, {"agreement_number": "2009-78", "signed_on": "2009-01-05"}).status_code == 302
    assert (Attachment.objects.get().part, Designation.objects.get().agreement_number) == ("2009-78", "2009-78")
    wrong = client.post(url, {"agreement_number": "2009-77", "signed_on": "2099-01-05"})
    assert "in the future" in text_of(wrong)
    no_scan = client.post(url, {"agreement_number": "2009-77", "file": SimpleUploadedFile("x.txt", b"text")})
    assert 'href="#id_file"' in no_scan.content.decode()
    assert browser(makers.hospital()).get(look).status_code == 403
    remove = reverse("institution-scan-remove", args=["H3", attachment.key])
    assert client.post(remove, {"reason": "wrong file"}).status_code == 302
    assert client.get(look).status_code == 404
