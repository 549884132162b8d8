"""Admission, its change and cancellation: allowed, refused, and nothing half done."""

import datetime
import uuid

import pytest

from claims import services
from claims.models import InstitutionGrade, Stay
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories
from tests.claims import makers

pytestmark = pytest.mark.django_db


def test_an_admission_opens_a_stay_with_the_category_of_its_day():
    person, by = makers.insured(), makers.hospital()
    stay = makers.admitted(person, by, "2009-03-01 23:30", emergency=True)
    assert stay.number.startswith("S2009-")
    assert (stay.status, stay.category, stay.admitted_on) == ("admitted", "elderly", datetime.date(2009, 3, 1))
    assert stay.institution.code == "H3"
    assert stay.made_by_id == by.user_id
    entry = AuditEntry.objects.get(object_number=stay.number)
    assert (entry.verb, entry.resident, entry.changes["institution"]) == ("stays.admit", person.number, "H3")


def test_a_form_sent_twice_makes_one_stay():
    person, by = makers.insured(), makers.hospital()
    submission, admission = uuid.uuid4(), makers.admission(person)
    first = services.admit(admission=admission, submission=submission, by=by)
    assert services.admit(admission=admission, submission=submission, by=by) == first
    assert Stay.objects.count() == 1


def test_the_agency_names_the_institution_and_a_hospital_only_itself():
    person = makers.insured()
    makers.institution("H2", grade="grade2")
    stay = makers.admitted(person, makers.clerk(), institution="H2")
    assert stay.institution.code == "H2"
    with pytest.raises(Invalid) as error:
        makers.admitted(person, makers.clerk(), "2009-05-01", institution="NONE")
    assert error.value.field == "institution"
    with pytest.raises(NotAllowed):
        makers.admitted(person, makers.hospital("H3"), "2009-05-01", institution="H2")


@pytest.mark.parametrize("role", [Role.COMMUNITY, Role.AGENCY_REVIEWER, Role.SUPERVISOR, Role.ADMINISTRATOR])
def test_only_clerks_and_hospitals_admit(role):
    makers.institution()
    with pytest.raises(NotAllowed):
        makers.admitted(makers.insured(), factories.actor(role), institution="H3")


def test_an_inpatient_number_is_taken_once_at_an_institution_and_free_again_after_a_cancellation():
    by = makers.hospital()
    stay = makers.admitted(makers.insured(), by, inpatient_number="Z1")
    with pytest.raises(Conflict) as error:
        makers.admitted(makers.insured(), by, inpatient_number="Z1")
    assert (error.value.code, error.value.field) == ("inpatient_number_taken", "inpatient_number")
    makers.admitted(makers.insured(), makers.hospital("H2"), inpatient_number="Z1")
    services.cancel_admission(stay_number=stay.number, reason="entered twice", by=by)
    makers.admitted(makers.insured(), by, inpatient_number="Z1")


def test_nobody_lies_in_two_hospitals():
    person = makers.insured()
    makers.admitted(person, makers.hospital(), "2009-03-01")
    with pytest.raises(Conflict) as error:
        makers.admitted(person, makers.hospital("H2"), "2009-03-02")
    assert error.value.code == "already_admitted"
    assert "H3" not in str(error.value)
    with pytest.raises(Conflict, match="Hospital H3"):
        makers.admitted(person, makers.clerk(), "2009-03-02", institution="H2")
    with pytest.raises(Conflict, match="Hospital H3"):
        makers.admitted(person, makers.hospital(), "2009-03-02")
    # A stay that lies before it and is entered late is another matter.
    makers.admitted(person, makers.hospital("H2"), "2009-02-01")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"on": "2010-07-01"}, "admitted_at"),
        ({"on": "2008-06-30"}, "admitted_at"),
        ({"on": "1939-01-01"}, "admitted_at"),
        ({"inpatient_number": " "}, "inpatient_number"),
        ({"card_presented_at": makers.moment("2010-08-01")}, "card_presented_at"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(values, field):
    with pytest.raises(Invalid) as error:
        makers.admitted(makers.insured(), makers.hospital(), **values)
    assert error.value.field == field
    assert not Stay.objects.exists()


def test_an_unknown_diagnosis_or_person_is_refused():
    person, by = makers.insured(), makers.hospital()
    admission = makers.admission(person)
    wrong = type(admission)(
        **{name: getattr(admission, name) for name in admission.__slots__} | {"diagnosis": "X99.9"}
    )
    with pytest.raises(Invalid) as error:
        services.admit(admission=wrong, by=by)
    assert error.value.field == "diagnosis"
    nobody = type(admission)(
        **{name: getattr(admission, name) for name in admission.__slots__} | {"resident_number": "P0"}
    )
    with pytest.raises(Invalid) as error:
        services.admit(admission=nobody, by=by)
    assert error.value.code == "person_unknown"


def test_an_institution_without_a_grade_on_that_day_admits_nobody():
    by = makers.hospital()
    InstitutionGrade.objects.update(starts=datetime.date(2009, 6, 1))
    with pytest.raises(Refused) as error:
        makers.admitted(makers.insured(), by)
    assert error.value.code == "no_grade"


def test_a_change_keeps_lines_inside_the_stay_and_tells_who_saw_an_older_version():
    person, by = makers.insured(), makers.hospital()
    makers.catalogue()
    stay = makers.admitted(person, by)
    services.add_lines(stay_number=stay.number, lines=[makers.line(on="2009-03-02")], by=by)
    version = Stay.objects.get().version
    changed = services.change_admission(
        stay_number=stay.number,
        admission=makers.admission(person, "2009-02-27", cause="accident"),
        version=version,
        by=by,
    )
    assert (changed.admitted_on.isoformat(), changed.cause) == ("2009-02-27", "accident")
    with pytest.raises(Conflict):
        services.change_admission(stay_number=stay.number, admission=makers.admission(person), version=version, by=by)
    with pytest.raises(Invalid):
        services.change_admission(stay_number=stay.number, admission=makers.admission(person, "2009-03-03"), by=by)
    assert Stay.objects.get().admitted_on.isoformat() == "2009-02-27"
    entry = AuditEntry.objects.filter(verb="stays.change").get()
    assert entry.changes["cause"] == ["illness", "accident"]


def test_a_settled_stay_cannot_be_changed():
    person, by = makers.insured(), makers.hospital()
    settlement = makers.settled(person, by)
    with pytest.raises(Conflict):
        services.change_admission(stay_number=settlement.stay.number, admission=makers.admission(person), by=by)


def test_only_an_empty_admission_is_cancelled():
    person, by = makers.insured(), makers.hospital()
    makers.catalogue()
    stay = makers.admitted(person, by)
    services.add_lines(stay_number=stay.number, lines=[makers.line()], by=by)
    with pytest.raises(Refused) as error:
        services.cancel_admission(stay_number=stay.number, reason="wrong person", by=by)
    assert error.value.code == "has_lines"
    assert Stay.objects.get().status == "admitted"
    services.remove_lines(stay_number=stay.number, by=by)
    with pytest.raises(Invalid):
        services.cancel_admission(stay_number=stay.number, reason=" ", by=by)
    services.cancel_admission(stay_number=stay.number, reason="wrong person", by=by)
    assert Stay.objects.get().status == "cancelled"
    with pytest.raises(Conflict):
        services.cancel_admission(stay_number=stay.number, reason="again", by=by)


def test_a_hospital_knows_nothing_of_the_stays_of_another():
    stay = makers.admitted(makers.insured(), makers.hospital())
    other = makers.hospital("H2")
    for verb in (
        lambda: services.cancel_admission(stay_number=stay.number, reason="x", by=other),
        lambda: services.discharge(stay_number=stay.number, discharged_on=makers.day("2009-03-04"), by=other),
        lambda: services.add_lines(stay_number=stay.number, lines=[makers.line()], by=other),
        lambda: services.settle_stay(stay_number=stay.number, by=other),
    ):
        with pytest.raises(Invalid) as error:
            verb()
        assert error.value.code == "stay_unknown"


def test_when_the_audit_record_cannot_be_written_nothing_is(monkeypatch):
    person, by = makers.insured(), makers.hospital()

    def broken(**_):
        raise RuntimeError("no record, no change")

    monkeypatch.setattr("claims.services.admission.audit.record", broken)
    with pytest.raises(RuntimeError):
        makers.admitted(person, by)
    assert not Stay.objects.exists()


def test_a_referral_that_leads_here_is_found_and_makes_the_transfer_stated():
    person, clerk = makers.insured(), makers.clerk()
    makers.institution("H3")
    makers.institution("OUT", out_of_city=True, may_refer=False)
    makers.diagnosis()
    referral = services.request_referral(
        resident_number=person.number,
        from_institution="H3",
        to_institution="OUT",
        diagnosis="J18.9",
        reason="surgery",
        issued_on=makers.day("2010-06-30"),
        valid_until=makers.day("2010-07-30"),
        by=clerk,
    )
    stay = makers.admitted(person, clerk, "2010-06-30", institution="OUT")
    assert (stay.referral, stay.transfer_stated) == (referral, True)
