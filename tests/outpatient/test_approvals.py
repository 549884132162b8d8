"""Approvals of outpatient diseases (A5, Art. 25): who asks, who decides, what they exclude, how they end."""

import datetime
import json
import uuid

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.outpatient import selectors, services
from claims.outpatient.models import OutpatientApproval
from enrollment.life.parts import PARTS
from liaoyang_medins.kernel.errors import Conflict, DomainError, Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.papers.services import of_object
from liaoyang_medins.kernel.policy.terms import OutpatientDisease
from tests import factories
from tests.claims import makers

from .makers import approved, asked, claimed, wanted

pytestmark = pytest.mark.django_db


def test_an_institution_asks_and_a_reviewer_decides():
    found = asked(makers.insured(), makers.hospital())
    assert (found.status, found.institution.code, found.number[0]) == ("requested", "H3", "X")
    done = services.approve(number=found.number, version=found.version, by=makers.reviewer())
    assert (done.status, done.decided_on, done.ends) == ("approved", makers.day("2010-06-30"), done.until)
    (kept,) = of_object(done)
    said = json.loads(kept.content)
    assert set(said) == {"en", "zh-hans"}
    assert done.resident.id_number not in kept.content


def test_the_same_form_twice_asks_once():
    person, by, mark = makers.insured(), makers.hospital(), uuid.uuid4()
    first = services.ask(approval=wanted(person), submission=mark, by=by)
    assert services.ask(approval=wanted(person), submission=mark, by=by) == first
    assert OutpatientApproval.objects.count() == 1


def test_a_hospital_asks_for_itself_only_and_no_community_asks():
    person = makers.insured()
    makers.institution("H9")
    with pytest.raises(NotAllowed):
        asked(person, makers.hospital(), institution="H9")
    with pytest.raises(NotAllowed):
        asked(person, factories.actor(Role.COMMUNITY))


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"starts": "2010-05-02", "until": "2010-05-01"}, "until"),
        ({"evidence": "  "}, "evidence"),
        ({"starts": "2008-06-30"}, "starts"),
    ],
)
def test_what_cannot_be_asked_for(values, field):
    with pytest.raises(Invalid) as error:
        asked(makers.insured(), makers.hospital(), **values)
    assert error.value.field == field


def test_the_institution_is_designated_on_the_first_day():
    with pytest.raises(Refused) as error:
        asked(makers.insured(), makers.hospital("X1", designated=False))
    assert error.value.code == "not_designated"


def test_who_asked_does_not_decide():
    makers.institution()
    clerk = makers.clerk()
    found = asked(makers.insured(), clerk, institution="H3")
    with pytest.raises(NotAllowed):
        services.approve(number=found.number, version=1, by=clerk)
    own = makers.reviewer()
    OutpatientApproval.objects.update(made_by=own.user_id)
    for decide in (
        lambda: services.approve(number=found.number, version=1, by=own),
        lambda: services.deny(number=found.number, reason="no", version=1, by=own),
    ):
        with pytest.raises(Refused) as error:
            decide()
        assert error.value.code == "own_entry"


def test_a_denial_says_why_and_frees_the_days():
    person, by = makers.insured(), makers.hospital()
    found = asked(person, by)
    with pytest.raises(Invalid):
        services.deny(number=found.number, reason=" ", version=found.version, by=makers.reviewer())
    services.deny(number=found.number, reason="No report", version=found.version, by=makers.reviewer())
    (kept,) = of_object(found)
    assert "No report" in kept.content
    assert asked(person, by).status == "requested"
    with pytest.raises(Conflict):
        services.approve(number=found.number, version=2, by=makers.reviewer())


def test_two_of_one_disease_never_share_a_day():
    person, by = makers.insured(), makers.hospital()
    first = approved(person, by, starts="2010-02-01", until="2010-04-30")
    with pytest.raises(Conflict) as error:
        asked(person, makers.hospital("H9"), starts="2010-04-30", until="2010-12-31")
    assert (error.value.code, first.number in str(error.value.message)) == ("approval_overlaps", True)
    asked(person, by, starts="2010-05-01", until="2010-06-30")
    asked(person, by, disease=OutpatientDisease.DIABETES, starts="2010-02-01")
    with transaction.atomic(), pytest.raises(IntegrityError):
        OutpatientApproval.objects.update(starts=makers.day("2010-04-01"), disease="dialysis")


def test_an_early_end_keeps_the_claimed_days_and_frees_the_others():
    person, by, reviewer = makers.insured(), makers.hospital(), makers.reviewer()
    found = approved(person, by)
    stay = claimed(found, by)
    for day, error_kind in (("2009-12-31", Invalid), ("2010-12-31", Invalid), ("2010-03-30", Refused)):
        with pytest.raises(error_kind):
            services.end_early(
                number=found.number, last_day=makers.day(day), reason="moved", version=found.version, by=reviewer
            )
    ended = services.end_early(
        number=found.number, last_day=makers.day("2010-03-31"), reason="moved", version=found.version, by=reviewer
    )
    assert (ended.status, ended.ends, ended.until) == ("ended", stay.discharged_on, makers.day("2010-12-31"))
    assert asked(person, by, starts="2010-04-01").status == "requested"


def test_a_page_that_is_old_is_refused():
    found = asked(makers.insured(), makers.hospital())
    with pytest.raises(Conflict) as error:
        services.approve(number=found.number, version=found.version + 1, by=makers.reviewer())
    assert error.value.code == "changed_meanwhile"


def test_another_institution_does_not_see_it():
    found = asked(makers.insured(), makers.hospital())
    other = makers.hospital("H9")
    assert not selectors.approvals_visible_to(other).filter(pk=found.pk).exists()
    assert not selectors.approvals_visible_to(factories.actor(Role.COMMUNITY)).exists()
    with pytest.raises(Invalid):
        claimed(found, other)


def test_two_records_with_approvals_of_one_disease_are_not_made_one():
    by = makers.hospital()
    mine, theirs = makers.insured(), makers.insured()
    approved(mine, by, until="2010-06-30")
    approved(theirs, by, starts="2010-06-30")
    assert len(PARTS["outpatient"].conflicts(mine, theirs)) == 1
    OutpatientApproval.objects.filter(resident=theirs).update(starts=makers.day("2010-07-01"))
    assert PARTS["outpatient"].conflicts(mine, theirs) == []


DAYS = st.integers(0, 40).map(lambda n: datetime.date(2010, 1, 1) + datetime.timedelta(days=n))


@settings(max_examples=15, deadline=None)
@given(asks=st.lists(st.tuples(DAYS, DAYS, st.sampled_from(["dialysis", "diabetes"])), min_size=1, max_size=6))
def test_whatever_is_asked_for_no_day_has_two(asks):
    """Every period is either entered, or shares a day with one that was."""
    with transaction.atomic():
        person, by = makers.insured(), makers.hospital()
        taken: set[tuple[str, datetime.date]] = set()
        for starts, until, disease in asks:
            days = {(disease, starts + datetime.timedelta(days=n)) for n in range(max(0, (until - starts).days + 1))}
            try:
                asked(
                    person,
                    by,
                    disease=OutpatientDisease(disease),
                    starts=starts.isoformat(),
                    until=until.isoformat(),
                )
            except DomainError:
                assert not days or days & taken
            else:
                assert days
                assert not days & taken
                taken |= days
        transaction.set_rollback(True)
