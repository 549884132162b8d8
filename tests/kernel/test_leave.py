"""Stand-ins during leave: who may name them, what they may do, under whose name; heads of offices."""

import datetime

import pytest
from django.urls import reverse

from enrollment.registration import services as registration
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.offices import leave
from liaoyang_medins.kernel.offices.models import Posting, StandIn, User
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.offices.selectors import actor_in, postings_to_work_in
from tests import factories as make
from tests.registration import makers
from tests.registration.pages import signed_in, text

pytestmark = pytest.mark.django_db
TODAY = makers.TODAY
WEEK = TODAY + datetime.timedelta(days=6)


@pytest.fixture(autouse=True)
def _today(settings):
    settings.BUSINESS_DATE = TODAY.isoformat()


def posting_of(actor) -> Posting:
    return Posting.objects.get(pk=actor.posting_id)


def named(posting: Posting, deputy, by, *, starts=TODAY, ends=WEEK) -> StandIn:
    return leave.name_stand_in(posting_id=posting.pk, deputy_id=deputy.user_id, starts=starts, ends=ends, by=by)


def standing_in(actor, on=TODAY) -> list[str]:
    return [posting.user.username for posting in postings_to_work_in(actor.user_id, on)[1:]]


def head_of(office) -> object:
    found = make.actor(Role.COMMUNITY, office, "head")
    leave.set_head(posting_id=found.posting_id, head=True, by=make.actor(Role.ADMINISTRATOR))
    return found


class TestNaming:
    def test_from_the_first_day_to_the_last(self):
        absent, deputy = make.actor(Role.DISTRICT), make.actor(Role.SUBDISTRICT)
        named(posting_of(absent), deputy, make.actor(Role.ADMINISTRATOR))
        before, after = TODAY - datetime.timedelta(days=1), WEEK + datetime.timedelta(days=1)
        name = posting_of(absent).user.username
        assert [standing_in(deputy, day) for day in (before, TODAY, WEEK, after)] == [[], [name], [name], []]

    def test_under_their_own_name_with_the_rights_of_the_posting(self):
        absent, deputy = make.actor(Role.DISTRICT), make.actor(Role.COMMUNITY)
        named(posting_of(absent), deputy, make.actor(Role.ADMINISTRATOR))
        user = User.objects.get(pk=deputy.user_id)
        own, theirs = (actor_in(posting, user) for posting in postings_to_work_in(user.pk, TODAY))
        assert own == deputy
        assert (theirs.user_id, theirs.name, theirs.role) == (deputy.user_id, deputy.name, Role.DISTRICT)
        assert theirs.stands_in_for == absent.name
        assert theirs.may("registrations.review")
        assert not own.may("registrations.review")

    def test_maker_and_checker_stay_persons(self):
        chain = makers.Chain()
        row = chain.at("at_district")
        named(posting_of(chain.district), chain.community, make.actor(Role.ADMINISTRATOR))
        user = User.objects.get(pk=chain.community.user_id)
        theirs = actor_in(posting_of(chain.district), user)
        with clock.on_day(TODAY), pytest.raises(Refused, match="You entered this registration yourself"):
            registration.approve(number=row.number, version=row.version, by=theirs)

    def test_by_the_head_of_the_office_among_its_people(self):
        home = make.community()
        head, absent, colleague = head_of(home), make.actor(Role.COMMUNITY), make.actor(Role.COMMUNITY)
        stranger = make.actor(Role.COMMUNITY, make.community("211003001001"))
        named(posting_of(absent), colleague, head)
        with pytest.raises(Invalid, match="Choose a colleague of the office"):
            named(posting_of(colleague), stranger, head)
        with pytest.raises(NotAllowed):
            named(posting_of(stranger), absent, head)
        with pytest.raises(NotAllowed):
            named(posting_of(colleague), absent, absent)
        assert StandIn.objects.count() == 1

    def test_an_administrator_s_posting_by_an_administrator_alone(self):
        admin = make.actor(Role.ADMINISTRATOR)
        head = make.actor(Role.AGENCY_CLERK)
        leave.set_head(posting_id=head.posting_id, head=True, by=admin)
        with pytest.raises(NotAllowed):
            named(posting_of(admin), make.actor(Role.AGENCY_CLERK), head)

    @pytest.mark.parametrize(
        ("starts", "ends", "words"),
        [
            (TODAY - datetime.timedelta(days=1), WEEK, "today at the earliest"),
            (WEEK, TODAY, "before the first"),
        ],
    )
    def test_on_days_that_can_be(self, starts, ends, words):
        absent, deputy = make.actor(Role.DISTRICT), make.actor(Role.DISTRICT)
        with pytest.raises(Invalid, match=words):
            named(posting_of(absent), deputy, make.actor(Role.ADMINISTRATOR), starts=starts, ends=ends)

    def test_not_for_oneself_nor_by_a_closed_account_nor_beyond_the_posting(self):
        admin, absent, deputy = (make.actor(role) for role in (Role.ADMINISTRATOR, Role.DISTRICT, Role.DISTRICT))
        with pytest.raises(Invalid, match="for themselves"):
            named(posting_of(absent), absent, admin)
        Posting.objects.filter(pk=absent.posting_id).update(ends=TODAY)
        with pytest.raises(Invalid, match="does not hold on all"):
            named(posting_of(absent), deputy, admin)
        User.objects.filter(pk=deputy.user_id).update(is_active=False)
        with pytest.raises(Invalid, match="closed"):
            named(posting_of(absent), deputy, admin, ends=TODAY)
        assert not StandIn.objects.exists()

    def test_one_at_a_time(self):
        admin, absent, first, second = (make.actor(role) for role in (Role.ADMINISTRATOR, *[Role.DISTRICT] * 3))
        named(posting_of(absent), first, admin)
        with pytest.raises(Conflict):
            named(posting_of(absent), second, admin, starts=WEEK, ends=WEEK)
        assert named(posting_of(absent), second, admin, starts=WEEK + datetime.timedelta(days=1), ends=TODAY.max)


class TestEnding:
    def test_back_early_or_never_gone(self):
        admin, absent, deputy = (make.actor(role) for role in (Role.ADMINISTRATOR, Role.DISTRICT, Role.DISTRICT))
        row = named(posting_of(absent), deputy, admin)
        with clock.on_day(TODAY + datetime.timedelta(days=2)):
            done = leave.end_stand_in(stand_in_id=row.pk, by=admin)
        assert done.ends == TODAY + datetime.timedelta(days=1)
        later = named(posting_of(absent), deputy, admin, starts=WEEK, ends=WEEK)
        assert leave.end_stand_in(stand_in_id=later.pk, by=admin).withdrawn
        assert standing_in(deputy, WEEK) == []
        with pytest.raises(Conflict):
            leave.end_stand_in(stand_in_id=later.pk, by=admin)

    def test_not_by_others(self):
        admin, absent, deputy = (make.actor(role) for role in (Role.ADMINISTRATOR, Role.DISTRICT, Role.DISTRICT))
        row = named(posting_of(absent), deputy, admin)
        with pytest.raises(NotAllowed):
            leave.end_stand_in(stand_in_id=row.pk, by=deputy)

    def test_a_closed_account_or_an_ended_posting_lends_nothing(self):
        admin, absent, deputy = (make.actor(role) for role in (Role.ADMINISTRATOR, Role.DISTRICT, Role.DISTRICT))
        named(posting_of(absent), deputy, admin)
        User.objects.filter(pk=absent.user_id).update(is_active=False)
        assert standing_in(deputy) == []
        User.objects.filter(pk=absent.user_id).update(is_active=True)
        Posting.objects.filter(pk=absent.posting_id).update(ends=TODAY - datetime.timedelta(days=1))
        assert standing_in(deputy) == []


class TestPages:
    def test_the_frame_says_for_whom_and_the_record_who(self):
        admin = make.actor(Role.ADMINISTRATOR)
        absent = make.actor(Role.COMMUNITY, make.community(), "absent")
        deputy = make.actor(Role.SUBDISTRICT, make.subdistrict(), "deputy")
        client = signed_in(admin)
        page = client.get(f"{reverse('stand-ins')}?user=absent")
        assert "Name a stand-in" in text(page)
        data = {"posting": absent.posting_id, "deputy": "deputy", "starts": str(TODAY), "ends": str(WEEK)}
        wrong = client.post(f"{reverse('stand-ins')}?user=absent", data | {"deputy": "nobody"})
        assert wrong.status_code == 422
        said = text(client.post(f"{reverse('stand-ins')}?user=absent", data, follow=True))
        assert "The stand-in is named." in said
        assert AuditEntry.objects.get(verb="stand_ins.name").object_number == "deputy"

        client = signed_in(deputy)
        client.post(reverse("choose-posting"), {"posting": absent.posting_id})
        home = text(client.get("/"))
        assert "for absent" in home
        assert "Register a resident" in home
        stranger = make.actor(Role.DISTRICT)
        assert client.post(reverse("choose-posting"), {"posting": stranger.posting_id}).status_code == 404

    def test_a_head_names_and_ends_on_the_page_others_look(self):
        home = make.community()
        head, absent, colleague = head_of(home), make.actor(Role.COMMUNITY), make.actor(Role.COMMUNITY)
        page = reverse("stand-ins")
        assert "Name a stand-in" not in text(signed_in(absent).get(page))
        data = {"posting": absent.posting_id, "deputy": colleague.name, "starts": str(TODAY), "ends": str(WEEK)}
        assert signed_in(absent).post(page, data).status_code == 403
        client = signed_in(head)
        assert "The stand-in is named." in text(client.post(page, data, follow=True))
        row = StandIn.objects.get()
        assert signed_in(absent).post(reverse("stand-in-end", args=[row.pk])).status_code == 403
        elsewhere = signed_in(make.actor(Role.COMMUNITY, make.community("211003001001")))
        assert elsewhere.post(reverse("stand-in-end", args=[row.pk])).status_code == 404
        client.post(reverse("stand-in-end", args=[row.pk]))
        row.refresh_from_db()
        assert row.withdrawn

    def test_the_head_is_said_on_the_user_s_page(self):
        admin, clerk = make.actor(Role.ADMINISTRATOR), make.actor(Role.COMMUNITY)
        client = signed_in(admin)
        address = reverse("posting-head", args=[clerk.posting_id])
        assert "Heads the office" in text(client.post(address, {"head": "yes"}, follow=True))
        assert "Heads the office" not in text(client.post(address, {"head": "no"}, follow=True))
        assert AuditEntry.objects.filter(verb="postings.head").count() == 2
