"""Undo of today's own mistake: whose, when, and what comes out; everything else is refused and left alone."""

import datetime

import pytest
from django.urls import reverse

from enrollment.registration import services
from enrollment.registration.models import Registration
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Conflict, NotAllowed, Refused
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories as make

from . import makers
from .makers import TODAY
from .pages import signed_in, text

pytestmark = pytest.mark.django_db
S = Registration.Status


def kept(row: Registration) -> tuple[object, ...]:
    """What a step changes."""
    row.refresh_from_db()
    return row.status, row.step_since, row.due_on, row.reviewed_by_id


@pytest.mark.parametrize(
    ("verb", "before", "who"),
    [
        ("forward", S.ACCEPTED, "community"),
        ("forward", S.AT_SUBDISTRICT, "subdistrict"),
        ("approve", S.AT_DISTRICT, "district"),
    ],
)
def test_a_step_is_taken_back_to_where_it_came_from(verb, before, who):
    chain = makers.Chain()
    row = chain.at(before)
    by = getattr(chain, who)
    was, handed = kept(row), row.handovers.count()
    chain.do(verb, row, by)
    assert kept(row) != was
    chain.do("undo", row, by)
    assert kept(row) == was
    assert row.handovers.count() == handed
    assert AuditEntry.objects.get(verb="registrations.undo").changes["undone"] == f"registrations.{verb}"
    # And goes on again.
    chain.do(verb, row, by)


def test_the_term_is_that_of_the_first_time():
    chain = makers.Chain()
    row = chain.at(S.ACCEPTED)
    due_on = row.due_on
    later = TODAY + datetime.timedelta(days=2)
    with clock.on_day(later):
        row = services.forward(number=row.number, version=row.version, by=chain.community)
        row = services.undo(number=row.number, version=row.version, by=chain.community)
    assert (row.due_on, row.step_since) == (due_on, TODAY)


def test_a_school_s_goes_back_to_the_school():
    school = make.actor(Role.SCHOOL)
    row = makers.school_registration(school)
    with clock.on_day(TODAY):
        row = services.forward(number=row.number, version=row.version, by=school)
        assert row.status == S.AT_AGENCY
        row = services.undo(number=row.number, version=row.version, by=school)
    assert row.status == S.ACCEPTED


def test_what_was_submitted_by_mistake_is_withdrawn_and_the_person_can_be_registered_again():
    by = make.actor(Role.COMMUNITY)
    who = makers.person()
    row = makers.register(by, who=who)
    with clock.on_day(TODAY):
        row = services.undo(number=row.number, version=row.version, by=by)
    assert (row.status, row.due_on) == (S.WITHDRAWN, None)
    assert makers.register(by, who=who).status == S.ACCEPTED


def refused(row: Registration, by, words: str, on=TODAY) -> None:
    row.refresh_from_db()
    was, acts = kept(row), AuditEntry.objects.count()
    with clock.on_day(on), pytest.raises(Refused, match=words):
        services.undo(number=row.number, version=row.version, by=by)
    assert kept(row) == was
    assert AuditEntry.objects.count() == acts


def test_not_somebody_else_s_act():
    chain = makers.Chain()
    row = chain.at(S.AT_SUBDISTRICT)
    refused(row, make.actor(Role.COMMUNITY), "only who did it")


def test_not_what_was_done_yesterday():
    chain = makers.Chain()
    row = chain.at(S.AT_SUBDISTRICT)
    refused(row, chain.community, "only what was done today", TODAY + datetime.timedelta(days=1))


def test_not_once_somebody_has_acted_on_it():
    chain = makers.Chain()
    row = chain.at(S.AT_DISTRICT)
    refused(row, chain.community, "only who did it")


@pytest.mark.parametrize("status", [S.RECORDED, S.REFUSED, S.RETURNED, S.WITHDRAWN])
def test_not_what_somebody_was_told(status):
    chain = makers.Chain()
    row = chain.at(status)
    by = {S.RECORDED: chain.district, S.RETURNED: chain.district}.get(status, chain.community)
    refused(row, by, "cannot be taken back|only who did it")


def test_not_in_another_posting_nor_of_another_office():
    chain = makers.Chain()
    row = chain.at(S.AT_SUBDISTRICT)
    other = make.actor(Role.COMMUNITY, make.community("211003001001"))
    with clock.on_day(TODAY):
        with pytest.raises(NotAllowed):
            services.undo(number=row.number, version=row.version, by=other)
        with pytest.raises(NotAllowed):
            services.undo(number=row.number, version=row.version, by=chain.clerk)


def test_who_saw_an_older_one_is_told():
    chain = makers.Chain()
    row = chain.at(S.AT_SUBDISTRICT)
    with clock.on_day(TODAY), pytest.raises(Conflict):
        services.undo(number=row.number, version=row.version - 1, by=chain.community)


def test_the_button_stands_where_there_is_something_to_take_back(settings):
    settings.BUSINESS_DATE = TODAY.isoformat()
    chain = makers.Chain()
    row = chain.at(S.AT_SUBDISTRICT)
    page = reverse("registration", args=[row.number])
    undo = reverse("registration-undo", args=[row.number])
    mine = signed_in(chain.community)
    assert undo in mine.get(page).content.decode()
    assert undo not in signed_in(chain.subdistrict).get(page).content.decode()
    said = text(mine.post(undo, {"version": row.version}, follow=True))
    assert "It is taken back." in said
    again = mine.post(undo, {"version": row.version})
    assert again.status_code == 409
