"""The way of a registration through the offices (W3, W4): allowed states, refused states, and nothing half done."""

import datetime
from typing import Any
from unittest import mock

import pytest

from enrollment.registration import services
from enrollment.registration.models import Enrollment, Registration
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Posting
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories as make

from .makers import TODAY, Chain, other_community, register, school_registration

pytestmark = pytest.mark.django_db
S = Registration.Status
D = datetime.timedelta

# verb → who does it, from which state, to which, with what. Every other state is refused.
STEPS: list[tuple[str, str, str, str, dict[str, Any]]] = [
    ("forward", "community", S.ACCEPTED, S.AT_SUBDISTRICT, {}),
    ("forward", "subdistrict", S.AT_SUBDISTRICT, S.AT_DISTRICT, {}),
    ("approve", "district", S.AT_DISTRICT, S.AT_AGENCY, {}),
    ("record", "clerk", S.AT_AGENCY, S.RECORDED, {}),
    ("record", "reviewer", S.AT_AGENCY, S.RECORDED, {}),
    ("send_back", "subdistrict", S.AT_SUBDISTRICT, S.RETURNED, {"reason": "photo missing"}),
    ("send_back", "district", S.AT_DISTRICT, S.RETURNED, {"reason": "photo missing"}),
    ("send_back", "clerk", S.AT_AGENCY, S.RETURNED, {"reason": "photo missing"}),
    ("refuse", "community", S.ACCEPTED, S.REFUSED, {"remark": "certificate forged"}),
    ("refuse", "community", S.MATERIALS_MISSING, S.REFUSED, {"remark": "certificate forged"}),
    ("refuse", "community", S.RETURNED, S.REFUSED, {"remark": "certificate forged"}),
    ("refuse", "district", S.AT_DISTRICT, S.REFUSED, {"remark": "certificate forged"}),
    ("refuse", "reviewer", S.AT_AGENCY, S.REFUSED, {"remark": "certificate forged"}),
    *[("withdraw", "community", status, S.WITHDRAWN, {"reason": "moves away"}) for status in Registration.OPEN],
]
VERBS = {verb: values for verb, _who, _now, _then, values in STEPS}


@pytest.mark.parametrize(("verb", "who", "now", "then", "values"), STEPS)
def test_a_step_that_the_table_allows(
    chain: Chain, verb: str, who: str, now: str, then: str, values: dict[str, Any]
) -> None:
    registration = chain.at(now)
    version = registration.version
    chain.do(verb, registration, getattr(chain, who), **values)
    assert registration.status == then
    assert registration.version == version + 1
    assert registration.step_since == TODAY
    entry = AuditEntry.objects.filter(object_number=registration.number).first()
    assert entry is not None
    assert (entry.verb, entry.resident) == (f"registrations.{verb}", registration.resident.number)
    assert entry.note == values.get("reason", values.get("remark", ""))


@pytest.mark.parametrize("now", S.values)
@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_other_step_is_refused_and_changes_nothing(chain: Chain, verb: str, now: str) -> None:
    registration = chain.at(now)
    before = Registration.objects.filter(pk=registration.pk).values().get()
    acts = AuditEntry.objects.count()
    for who in ("community", "subdistrict", "district", "clerk", "reviewer"):
        if any(step[:3] == (verb, who, now) for step in STEPS) or (verb, who) in (
            ("refuse", "clerk"),
            ("send_back", "reviewer"),
        ):
            continue
        with pytest.raises((Conflict, NotAllowed, Refused)):
            chain.do(verb, registration, getattr(chain, who), **VERBS[verb])
    assert Registration.objects.filter(pk=registration.pk).values().get() == before
    assert AuditEntry.objects.count() == acts


@pytest.mark.parametrize(("verb", "who", "now", "then", "values"), STEPS[:9])
def test_a_step_that_fails_at_its_end_leaves_nothing(
    chain: Chain, verb: str, who: str, now: str, then: str, values: dict[str, Any]
) -> None:
    registration = chain.at(now)
    before = Registration.objects.filter(pk=registration.pk).values().get()
    enrolled = Enrollment.objects.count()
    broken = mock.patch("liaoyang_medins.kernel.audit.services.record", side_effect=RuntimeError("the disk is full"))
    with broken, pytest.raises(RuntimeError, match="disk"):
        chain.do(verb, registration, getattr(chain, who), **values)
    assert Registration.objects.filter(pk=registration.pk).values().get() == before
    assert Enrollment.objects.count() == enrolled


def test_the_terms_of_the_steps(chain: Chain) -> None:
    """W3: three days for the community from acceptance, seven for the district from receipt."""
    registration = chain.at(S.ACCEPTED)
    assert registration.due_on == TODAY + D(3)
    chain.do("forward", registration, chain.community)
    assert registration.due_on is None
    chain.do("forward", registration, chain.subdistrict)
    assert registration.due_on == TODAY + D(7)
    chain.do("approve", registration, chain.district)
    assert registration.due_on is None
    assert registration.reviewed_by_id == chain.district.user_id


def test_a_school_hands_to_the_agency_directly() -> None:
    """W4."""
    chain, school = Chain(), make.actor(Role.SCHOOL)
    registration = school_registration(school)
    assert registration.status == S.ACCEPTED
    chain.do("forward", registration, school)
    assert registration.status == S.AT_AGENCY
    enrollment = chain.do("record", registration, chain.clerk)
    assert (enrollment.starts, enrollment.ends) == (TODAY, None)
    assert registration.reviewed_by_id == chain.clerk.user_id


def test_nobody_reviews_their_own_entry(chain: Chain) -> None:
    posting = Posting.objects.create(
        user_id=chain.community.user_id or 0, role=Role.DISTRICT, office=make.district(), starts=make.LAW
    )
    same_person = Actor.of_posting(posting)
    registration = chain.at(S.AT_DISTRICT)
    for verb in ("approve", "refuse", "send_back"):
        with pytest.raises(Refused, match="yourself") as caught:
            chain.do(verb, registration, same_person, **VERBS[verb])
        assert caught.value.code == "own_entry"
    assert registration.status == S.AT_DISTRICT


def test_a_version_that_is_gone_names_who_changed_what(chain: Chain) -> None:
    registration = chain.at(S.AT_DISTRICT)
    seen = registration.version
    chain.do("send_back", registration, chain.district, reason="photo missing")
    with clock.on_day(TODAY), pytest.raises(Conflict) as caught:
        services.approve(number=registration.number, version=seen, by=make.actor(Role.DISTRICT))
    told = str(caught.value)
    assert chain.district.name in told
    assert "photo missing" in told


@pytest.mark.parametrize("verb", ["send_back", "withdraw"])
def test_a_reason_is_needed(chain: Chain, verb: str) -> None:
    registration = chain.at(S.AT_DISTRICT)
    by = chain.district if verb == "send_back" else chain.community
    with pytest.raises(Invalid) as caught:
        chain.do(verb, registration, by, reason="  ")
    assert caught.value.field == "reason"


def test_a_refusal_names_every_reason_of_the_rules(chain: Chain) -> None:
    """E8: the district refuses who got a pension and joined the rural scheme meanwhile; both stand on the notice."""
    registration = chain.at(S.AT_DISTRICT)
    make.circumstance(registration.resident, "pension", "elsewhere", starts=TODAY)
    make.circumstance(registration.resident, "scheme", "rural", starts=TODAY)
    with pytest.raises(Refused) as caught:
        chain.do("approve", registration, chain.district)
    assert len(caught.value.reasons) == 2
    chain.do("refuse", registration, chain.district, remark="")
    assert registration.reasons == ["other_scheme", "pension"]
    assert registration.category == ""


def test_a_refusal_without_any_reason_is_none(chain: Chain) -> None:
    registration = chain.at(S.AT_DISTRICT)
    with pytest.raises(Invalid) as caught:
        chain.do("refuse", registration, chain.district, remark=" ")
    assert caught.value.field == "remark"


def test_of_the_dead_nothing_goes_on_but_the_refusal(chain: Chain) -> None:
    registration = chain.at(S.AT_DISTRICT)
    make.circumstance(registration.resident, "death", "died", starts=TODAY)
    with pytest.raises(Refused, match="died"):
        chain.do("approve", registration, chain.district)
    chain.do("refuse", registration, chain.district, remark="")
    assert "died" in registration.remark


def test_other_offices_do_not_even_find_it(chain: Chain) -> None:
    registration = chain.at(S.AT_DISTRICT)
    stranger = make.actor(Role.DISTRICT, make.district("211003"))
    with pytest.raises(NotAllowed) as caught:
        chain.do("approve", registration, stranger)
    assert caught.value.code == "not_found"


def test_a_community_forwards_only_its_own(chain: Chain) -> None:
    registration = chain.at(S.ACCEPTED)
    with pytest.raises(NotAllowed):
        chain.do("forward", registration, make.actor(Role.COMMUNITY, other_community()))


def test_who_is_enrolled_is_not_recorded_twice(chain: Chain) -> None:
    registration = chain.at(S.AT_AGENCY)
    Enrollment.objects.create(number="E1", resident=registration.resident, starts=TODAY)
    with pytest.raises(Refused) as caught:
        chain.do("record", registration, chain.clerk)
    assert caught.value.code == "enrolled"


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.CITY_FINANCE, Role.HOSPITAL, Role.ADMINISTRATOR])
def test_roles_outside_the_chain_may_nothing(chain: Chain, role: Role) -> None:
    registration = register(chain.community)
    someone = make.actor(Role.SUPERVISOR)
    by = Actor(someone.kind, someone.name, someone.user_id, role, make.area())
    for verb, values in VERBS.items():
        with pytest.raises(NotAllowed):
            chain.do(verb, registration, by, **values)
