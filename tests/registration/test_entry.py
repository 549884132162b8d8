"""Registering a resident (W1, W3, W4, E): what is accepted, what is refused, one person and one record."""

import datetime
import threading
import uuid
from typing import Any
from unittest import mock

import pytest
from django.db import connection

from enrollment.registration import selectors, services
from enrollment.registration.data import AgentData, CircumstanceData
from enrollment.registration.models import Circumstance, Enrollment, Registration, Resident
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.policy.terms import Material
from tests import factories as make

from .makers import ALL_PRESENT, TODAY, Chain, State, native, other_community, person, register, school_registration

pytestmark = pytest.mark.django_db
S = Registration.Status
YOUNG = datetime.date(1975, 1, 1)


def test_complete_and_eligible_is_accepted_with_a_term() -> None:
    """W3; E7: from 1 October on the notice is for the next year, and the age is that of its 1 January."""
    row = register()
    assert (row.status, row.accepted_on, row.due_on) == (S.ACCEPTED, TODAY, TODAY + datetime.timedelta(days=3))
    assert (row.category, row.tier, row.reasons) == ("elderly", "ordinary", [])
    assert row.reference_date == datetime.date(2010, 1, 1)
    assert row.policy_version == 1
    assert len(row.policy_hash) == 64
    assert set(row.materials.values_list("material", "state")) == {
        ("hukou_booklet", "present"),
        ("id_card", "present"),
        ("photos", "present"),
    }


def test_a_birthday_before_the_reference_date_counts() -> None:
    """E7: 59 today, 60 on 1 January."""
    birth = datetime.date(1949, 12, 31)
    assert register(who=person(birth)).category == "elderly"


@pytest.mark.parametrize("state", [State.MISSING, State.WRONG, State.NOT_LOOKED_AT])
def test_one_document_not_in_order_holds_it_up(state: str) -> None:
    row = register(materials=ALL_PRESENT | {Material.PHOTOS: state}, remarks={Material.PHOTOS: "blurred"})
    assert (row.status, row.accepted_on, row.due_on) == (S.MATERIALS_MISSING, None, None)
    said = "" if state == State.NOT_LOOKED_AT else "blurred"
    assert row.materials.get(material="photos").remark == said


def test_claims_bring_their_documents() -> None:
    """W1."""
    birth = datetime.date(1940, 5, 6)
    stated = [
        native(birth),
        CircumstanceData("low_income", "low_income", datetime.date(2009, 1, 1), document_number="D-1"),
        CircumstanceData("disability", "1", datetime.date(2009, 1, 1)),
    ]
    row = register(circumstances=stated, agent=AgentData("李四", "child", make.id_number(YOUNG, "M")))
    assert set(row.materials.values_list("material", flat=True)) == {
        "hukou_booklet",
        "id_card",
        "photos",
        "low_income_certificate",
        "disability_certificate",
        "agent_identity",
    }
    assert (row.tier, row.agent_name, row.agent_relation) == ("low_income", "李四", "child")


def test_not_eligible_is_refused_at_once_with_every_reason() -> None:
    """E8, whatever the documents."""
    stated = [
        CircumstanceData("scheme", "rural", datetime.date(2009, 1, 1)),
        CircumstanceData("pension", "elsewhere", datetime.date(2009, 1, 1)),
        CircumstanceData("student", "university", datetime.date(2009, 1, 1)),
    ]
    row = register(who=person(YOUNG), circumstances=stated, materials={})
    assert row.status == S.REFUSED
    assert row.reasons == [
        "no_local_hukou",
        "other_scheme",
        "pension",
        "university_student",
        "working_age_without_status",
    ]
    assert (row.category, row.tier) == ("", "")


def test_the_same_form_twice_makes_one() -> None:
    submission = uuid.uuid4()
    by, who = make.actor(Role.COMMUNITY), person()
    first = register(by, who=who, submission=submission)
    again = register(by, who=who, submission=submission)
    assert first == again
    assert AuditEntry.objects.filter(verb="registrations.register").count() == 1


def test_one_person_has_one_record() -> None:
    who = person(name="旧名")
    first = register(who=who, circumstances=[])
    assert first.status == S.REFUSED
    again = register(make.actor(Role.COMMUNITY), who=person(name="新名", id_number=who.id_number, phone=""))
    assert again.resident == first.resident
    resident = Resident.objects.get()
    assert (resident.name, resident.pinyin, resident.phone, resident.version) == ("新名", "xin ming", who.phone, 2)
    entry = AuditEntry.objects.get(verb="residents.change")
    assert entry.changes == {"fields": ["name"]}


def test_a_newborns_number_joins_the_record_that_was_begun_without_it() -> None:
    born = datetime.date(2009, 9, 1)
    first = register(who=person(born, "F", id_number=None, name="小宝"), circumstances=[])
    number = make.id_number(born, "F")
    second = register(who=person(born, "F", id_number=number, name="小宝"))
    assert first.resident == second.resident
    assert Resident.objects.get().id_number == number


def test_who_is_registered_elsewhere_is_asked_for_first() -> None:
    who = person()
    register(who=who, circumstances=[])
    there = other_community()
    with pytest.raises(Refused) as caught:
        register(make.actor(Role.COMMUNITY, there), who=person(id_number=who.id_number, community=there))
    assert (caught.value.code, caught.value.field) == ("elsewhere", "id_number")
    assert not AuditEntry.objects.filter(verb="residents.change").exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "长" * 61}, "name"),
        ({"birth_date": datetime.date(2009, 10, 13), "id_number": None}, "birth_date"),
        ({"id_number": "211002194005061235"}, "id_number"),
        ({"sex": "F"}, "id_number"),
        ({"birth_date": datetime.date(1940, 5, 7)}, "id_number"),
    ],
)
def test_wrong_input_names_its_field(change: dict[str, Any], field: str) -> None:
    right = person()
    values = {name: getattr(right, name) for name in ("birth_date", "sex", "id_number", "name")} | change
    birth, sex = values.pop("birth_date"), values.pop("sex")
    with pytest.raises(Invalid) as caught:
        register(who=person(birth, sex, **values), circumstances=[])
    assert caught.value.field == field
    assert not Resident.objects.exists()


@pytest.mark.parametrize(
    ("agent", "field"),
    [
        (AgentData("", "child"), "agent_name"),
        (AgentData("李四", " "), "agent_relation"),
        (AgentData("李四", "child", "123"), "agent_id_number"),
    ],
)
def test_an_agent_is_named_with_the_relation(agent: AgentData, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        register(agent=agent)
    assert caught.value.field == field


@pytest.mark.parametrize("role", [Role.SUBDISTRICT, Role.DISTRICT, Role.AGENCY_CLERK, Role.SUPERVISOR])
def test_only_the_counter_registers(role: Role) -> None:
    with pytest.raises(NotAllowed):
        register(make.actor(role))


def test_a_job_has_no_counter() -> None:
    with pytest.raises(NotAllowed) as caught:
        register(Actor.job("import"))
    assert caught.value.code == "no_counter"


def test_a_community_registers_its_own_residents() -> None:
    with pytest.raises(NotAllowed) as caught:
        register(who=person(community=other_community()))
    assert caught.value.code == "other_community"


def test_a_person_lives_in_a_community() -> None:
    with pytest.raises(Invalid) as caught:
        register(who=person(community=make.district()))
    assert caught.value.field == "community"


def test_a_school_registers_its_own_students_only() -> None:
    """W4."""
    school = make.actor(Role.SCHOOL)
    assert school_registration(school).status == S.ACCEPTED
    with pytest.raises(Refused) as refused:
        register(school)
    assert refused.value.code == "not_a_student"
    other = CircumstanceData("student", "school", TODAY, school=make.school("SCH002"))
    with pytest.raises(NotAllowed) as caught:
        register(school, circumstances=[native(), other])
    assert caught.value.code == "other_school"


def test_the_counter_bars_nobody() -> None:
    with pytest.raises(NotAllowed) as caught:
        register(circumstances=[native(), CircumstanceData("bar", "misuse", TODAY)])
    assert caught.value.code == "bar_is_agencys"


def test_an_open_registration_stands_against_a_second() -> None:
    who = person()
    first = register(who=who)
    with pytest.raises(Refused, match=first.number) as caught:
        register(who=who)
    assert caught.value.code == "open_registration"


def test_the_enrolled_renew(chain: Chain) -> None:
    registration = chain.at(S.RECORDED)
    resident = registration.resident
    with pytest.raises(Refused) as caught:
        register(who=person(id_number=resident.id_number))
    assert caught.value.code == "enrolled"


def test_the_dead_are_not_registered() -> None:
    resident = make.resident()
    make.circumstance(resident, "death", "died", starts=datetime.date(2009, 10, 1))
    with pytest.raises(Refused) as caught:
        register(who=person(id_number=resident.id_number))
    assert caught.value.code == "died"


def test_what_is_on_record_counts_beside_what_is_stated() -> None:
    resident = make.resident()
    make.circumstance(resident, "pension", "elsewhere", starts=datetime.date(2009, 1, 1))
    row = register(who=person(id_number=resident.id_number))
    assert row.reasons == ["pension"]


def test_something_new_of_a_kind_ends_what_held_before() -> None:
    resident = make.resident()
    make.circumstance(resident, "low_income", "low_income_edge", starts=datetime.date(2009, 1, 1))
    new = CircumstanceData("low_income", "low_income", datetime.date(2009, 9, 1))
    row = register(who=person(id_number=resident.id_number), circumstances=[native(), new])
    kept = list(Circumstance.objects.filter(kind="low_income").order_by("starts").values_list("value", "ends"))
    assert kept == [("low_income_edge", datetime.date(2009, 8, 31)), ("low_income", None)]
    assert row.tier == "low_income"


def test_what_contradicts_the_record_is_refused_whole() -> None:
    resident = make.resident()
    make.circumstance(resident, "low_income", "low_income_edge", starts=datetime.date(2009, 9, 1))
    new = CircumstanceData("low_income", "low_income", datetime.date(2009, 1, 1))
    with pytest.raises(Invalid) as caught:
        register(who=person(id_number=resident.id_number, phone="1"), circumstances=[new])
    assert caught.value.code == "overlap"
    assert not Registration.objects.exists()
    resident.refresh_from_db()
    assert resident.phone == ""


def test_a_failure_at_the_end_leaves_nothing() -> None:
    real = audit.record

    def broken(**values: Any) -> Any:
        if values["verb"] == "registrations.register":
            raise RuntimeError("the disk is full")
        return real(**values)

    by = make.actor(Role.COMMUNITY)
    with mock.patch("enrollment.registration.services.entry.audit.record", broken), pytest.raises(RuntimeError):
        register(by)
    assert not Resident.objects.exists()
    assert not AuditEntry.objects.exists()


def test_the_audit_record_holds_no_id_number_and_no_name() -> None:
    who = person()
    register(who=who, agent=AgentData("李四", "child", make.id_number(YOUNG, "M")))
    for entry in AuditEntry.objects.all():
        told = f"{entry.changes} {entry.note} {entry.object_number}"
        assert str(who.id_number) not in told
        assert "李四" not in told


def test_after_a_lapse_it_is_a_reenrollment() -> None:
    """W8: not for who was not eligible in between."""
    resident = make.resident()
    ended = datetime.date(2008, 12, 31)
    Enrollment.objects.create(
        number="E1",
        resident=resident,
        starts=datetime.date(2008, 8, 1),
        ends=ended,
        end_reason="lapsed",
        lapsed_on=ended,
    )
    assert selectors.enrollment_kind(resident, make.LAW) == "lapsed"
    assert selectors.enrollment_kind(resident, datetime.date(2009, 5, 1)) == "first"


@pytest.mark.django_db(transaction=True)
def test_two_counters_at_once_make_one_resident_and_one_registration() -> None:
    who = person()
    clerks = [make.actor(Role.COMMUNITY) for _ in range(4)]
    outcomes = at_once([lambda by=by: register(by, who=who) for by in clerks])
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Refused"] * 3 + ["Registration"]
    assert Resident.objects.count() == Registration.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_form_sent_four_times_at_once_makes_one() -> None:
    submission, by = uuid.uuid4(), make.actor(Role.COMMUNITY)
    who = person(datetime.date(2009, 9, 1), id_number=None)
    outcomes = at_once([lambda: register(by, who=who, submission=submission)] * 4)
    assert len({outcome.number for outcome in outcomes}) == 1
    assert Resident.objects.count() == Registration.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_reviewers_approve_at_once_and_one_is_told() -> None:
    """One wins; the other is told who was first."""
    chain = Chain()
    registration = chain.at(S.AT_DISTRICT)
    reviewers = [make.actor(Role.DISTRICT, username=f"reviewer{number}") for number in range(6)]

    def approve(by: Actor) -> Registration:
        with clock.on_day(TODAY):
            return services.approve(number=registration.number, version=registration.version, by=by)

    outcomes = at_once([lambda by=by: approve(by) for by in reviewers])
    registration.refresh_from_db()
    assert registration.status == S.AT_AGENCY
    winners = [outcome for outcome in outcomes if isinstance(outcome, Registration)]
    assert len(winners) == 1
    winner = next(by.name for by in reviewers if by.user_id == registration.reviewed_by_id)
    for outcome in outcomes:
        if outcome is not winners[0]:
            assert type(outcome).__name__ == "Conflict"
            assert winner in str(outcome)
    assert AuditEntry.objects.filter(verb="registrations.approve").count() == 1


def at_once(works: list[Any]) -> list[Any]:
    """What each of `works` gives or raises, all begun at the same moment on connections of their own."""
    start = threading.Barrier(len(works))
    outcomes: list[Any] = [None] * len(works)

    def run(index: int) -> None:
        start.wait()
        try:
            outcomes[index] = works[index]()
        except Exception as error:
            outcomes[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return outcomes
