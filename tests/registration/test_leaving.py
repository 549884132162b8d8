"""Nothing stays with who leaves: drafts go to a colleague, cases stay at the office."""

import datetime

import pytest
from django.urls import reverse

from enrollment.registration.models import RegistrationDraft
from enrollment.registration.services import hand_over_drafts, leaving
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Invalid, NotAllowed
from liaoyang_medins.kernel.offices.models import Posting, User
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories as make

from . import makers
from .pages import signed_in, text

pytestmark = pytest.mark.django_db
TODAY = makers.TODAY
YESTERDAY = TODAY - datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def _today(settings):
    settings.BUSINESS_DATE = TODAY.isoformat()


def draft(by, name: str = "王一") -> RegistrationDraft:
    return RegistrationDraft.objects.create(user_id=by.user_id, office=by.office, data={"statement": {"name": name}})


def owner(row: RegistrationDraft) -> int:
    row.refresh_from_db()
    return row.user_id


def test_ending_a_posting_asks_who_goes_on_and_hands_the_drafts_over():
    leaver, colleague = make.actor(Role.COMMUNITY), make.actor(Role.COMMUNITY)
    row = draft(leaver)
    case = makers.register(leaver, materials={})
    client = signed_in(make.actor(Role.ADMINISTRATOR))
    address = reverse("posting-end", args=[leaver.posting_id])
    page = text(client.get(address))
    assert "Work in hand" in page
    assert case.number in page
    wrong = client.post(address, {"ends": str(YESTERDAY), "colleague": ""})
    assert "Choose" in text(wrong)
    assert Posting.objects.get(pk=leaver.posting_id).ends is None
    client.post(address, {"ends": str(YESTERDAY), "colleague": str(colleague.user_id)})
    assert owner(row) == colleague.user_id
    assert Posting.objects.get(pk=leaver.posting_id).ends == YESTERDAY
    assert not leaving.left_behind(TODAY).exists()
    told = AuditEntry.objects.get(verb="drafts.hand_over")
    assert told.changes == {"drafts": 1, "office": leaver.office.code, "colleague": colleague.name}


def test_the_colleague_goes_on_with_the_draft():
    leaver, colleague = make.actor(Role.COMMUNITY), make.actor(Role.COMMUNITY)
    row = draft(leaver)
    hand_over_drafts(
        user_id=leaver.user_id,
        office_id=leaver.office.pk,
        colleague_id=colleague.user_id,
        by=make.actor(Role.ADMINISTRATOR),
    )
    page = reverse("registration-draft", args=[row.pk])
    assert signed_in(colleague).get(page).status_code == 200
    assert signed_in(leaver).get(page).status_code == 404


def test_without_a_colleague_it_waits_in_the_list_until_there_is_one():
    leaver, admin = make.actor(Role.COMMUNITY), make.actor(Role.ADMINISTRATOR)
    row = draft(leaver)
    client = signed_in(admin)
    client.post(reverse("posting-end", args=[leaver.posting_id]), {"ends": str(YESTERDAY)})
    assert list(leaving.left_behind(TODAY)) == [row]
    left = reverse("work-left")
    assert leaver.name in text(client.get(left))
    colleague = make.actor(Role.COMMUNITY)
    hand = reverse("work-hand-over", args=[User.objects.get(pk=leaver.user_id).username])
    client.post(hand, {"office": leaver.office.code, "colleague": ""})
    assert owner(row) == leaver.user_id
    client.post(hand, {"office": leaver.office.code, "colleague": str(colleague.user_id)})
    assert owner(row) == colleague.user_id
    assert "Nothing is left behind" in text(client.get(left))


def test_a_closed_account_leaves_its_drafts_too():
    leaver = make.actor(Role.COMMUNITY)
    row = draft(leaver)
    assert not leaving.left_behind(TODAY).exists()
    User.objects.filter(pk=leaver.user_id).update(is_active=False)
    assert list(leaving.left_behind(TODAY)) == [row]


def test_who_goes_on_working_there_keeps_them():
    leaver = make.actor(Role.COMMUNITY)
    row = draft(leaver)
    Posting.objects.create(user_id=leaver.user_id, role=Role.COMMUNITY, office=leaver.office, starts=TODAY)
    client = signed_in(make.actor(Role.ADMINISTRATOR))
    client.post(reverse("posting-end", args=[leaver.posting_id]), {"ends": str(YESTERDAY)})
    assert owner(row) == leaver.user_id
    assert not leaving.left_behind(TODAY).exists()


def test_to_a_colleague_who_registers_there_and_by_the_administrator_alone():
    leaver, admin = make.actor(Role.COMMUNITY), make.actor(Role.ADMINISTRATOR)
    row = draft(leaver)
    stranger = make.actor(Role.COMMUNITY, make.community("211003001001"))
    given = {"user_id": leaver.user_id, "office_id": leaver.office.pk}
    for colleague in (stranger, make.actor(Role.SUBDISTRICT), leaver):
        with pytest.raises(Invalid):
            hand_over_drafts(**given, colleague_id=colleague.user_id, by=admin)
    with pytest.raises(NotAllowed):
        hand_over_drafts(**given, colleague_id=make.actor(Role.COMMUNITY).user_id, by=leaver)
    assert owner(row) == leaver.user_id
