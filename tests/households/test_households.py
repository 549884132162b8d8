"""Households: who belongs to them, one address and telephone for all, what held before."""

import pytest
from django.urls import reverse

from enrollment.households import selectors, services
from enrollment.households.models import FormerContact, Household, Member
from enrollment.registration.models import Resident
from enrollment.registration.services.moves import write_move
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories as make
from tests.registration.pages import signed_in, text

pytestmark = pytest.mark.django_db
TODAY = make.datetime.date(2009, 3, 20)
HERE = {"address": "中华大街1号", "phone": "13904190001"}


@pytest.fixture(autouse=True)
def _today(settings):
    settings.BUSINESS_DATE = TODAY.isoformat()


@pytest.fixture
def by():
    return make.actor(Role.COMMUNITY)


def people(*names: str, **values) -> list[Resident]:
    return [make.resident(name=name, **HERE | values) for name in names]


def formed(by, head: Resident, **others: str) -> Household:
    return services.form_household(resident_number=head.number, others=others, by=by)


def members(household: Household) -> dict[str, str]:
    return {row.resident.name: row.relation for row in selectors.members_of(household)}


def test_the_head_s_address_is_everybody_s(by):
    (head,) = people("王一")
    (wife,) = people("李二", address="别处", phone="")
    household = formed(by, head, **{wife.number: "spouse"})
    assert members(household) == {"王一": "head", "李二": "spouse"}
    wife.refresh_from_db()
    assert (wife.address, wife.phone) == (HERE["address"], HERE["phone"])


def test_who_is_likely_to_be_meant_has_the_same_address(by):
    head, child = people("王一", "王二")
    people("别人", address="别处")
    (elsewhere,) = people("远人", home=make.community("211003001001"))
    assert list(selectors.at_this_address(head, by)) == [child]
    formed(by, child)
    assert list(selectors.at_this_address(head, by)) == []
    assert selectors.household_of(elsewhere) is None


def test_a_changed_address_reaches_all_members_and_the_old_one_is_kept(by):
    head, child = people("王一", "王二")
    household = formed(by, head, **{child.number: "child"})
    services.change_household(
        number=household.number, version=household.version, address="新街2号", phone="1380", reason="搬家", by=by
    )
    former = FormerContact.objects.get()
    assert (former.address, former.phone, former.until, former.reason) == (*HERE.values(), TODAY, "搬家")
    assert set(Resident.objects.values_list("address", "phone")) == {("新街2号", "1380")}
    with pytest.raises(Conflict):
        services.change_household(number=household.number, version=household.version, address="x", phone="", by=by)
    household.refresh_from_db()
    with pytest.raises(Invalid):
        services.change_household(number=household.number, version=household.version, address=" ", phone="", by=by)
    with pytest.raises(Conflict, match="on record already"):
        services.change_household(
            number=household.number, version=household.version, address="新街2号", phone="1380", by=by
        )


def test_somebody_belongs_to_one_household_at_a_time(by):
    first, second, child = people("王一", "李一", "王二")
    one = formed(by, first, **{child.number: "child"})
    two = formed(by, second)
    services.add_member(number=two.number, version=two.version, resident_number=child.number, relation="other", by=by)
    assert members(one) == {"王一": "head"}
    assert members(two) == {"李一": "head", "王二": "other"}
    left = Member.objects.get(household=one, resident=child)
    assert left.until == TODAY
    with pytest.raises(Refused, match="belongs to a household already"):
        formed(by, first)
    two.refresh_from_db()
    member = Member.objects.get(household=two, resident=child)
    services.remove_member(number=two.number, version=two.version, member_id=member.pk, by=by)
    two.refresh_from_db()
    assert members(two) == {"李一": "head"}
    with pytest.raises(Conflict, match="does not belong"):
        services.remove_member(number=two.number, version=two.version, member_id=member.pk, by=by)


def test_people_and_households_of_others_are_nobody_s(by):
    head, child = people("王一", "王二")
    household = formed(by, head)
    other = make.actor(Role.COMMUNITY, make.community("211003001001"))
    for act in (
        lambda: formed(other, child),
        lambda: services.add_member(
            number=household.number, version=1, resident_number=child.number, relation="child", by=other
        ),
        lambda: services.change_household(number=household.number, version=1, address="x", phone="", by=other),
        lambda: services.remove_member(number=household.number, version=1, member_id=1, by=other),
        lambda: formed(make.actor(Role.SCHOOL), child),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert Household.objects.count() == 1


def test_who_moved_away_is_shown_to_the_former_community_by_the_place_only(by):
    head, child = people("王一", "王二")
    household = formed(by, head, **{child.number: "child"})
    there = make.community("211003001001")
    with clock.on_day(TODAY):
        write_move(child, there, TODAY, today=TODAY)
        child.save()
    page = text(signed_in(by).get(household.get_absolute_url()))
    assert "Registered in Community 001" in page
    assert "王二" not in page
    client = signed_in(make.actor(Role.COMMUNITY, there))
    assert client.get(household.get_absolute_url()).status_code == 404
    assert "Belongs to a household in" in text(client.get(reverse("resident", args=[child.number])))


def test_on_the_pages_from_the_resident_to_a_changed_telephone(by):
    head, child = people("王一", "王二")
    client = signed_in(by)
    new = reverse("household-new", args=[head.number])
    assert new in client.get(reverse("resident", args=[head.number])).content.decode()
    assert "王二" in text(client.get(new))
    page = text(client.post(new, {f"member_{child.number}": "child"}, follow=True))
    assert "The household is on record." in page
    household = Household.objects.get()
    edit = reverse("household-edit", args=[household.number])
    wrong = client.post(edit, {"address": "", "phone": "1", "version": household.version})
    assert wrong.status_code == 422
    data = {"address": HERE["address"], "phone": "1380000", "reason": "", "version": household.version}
    assert "1380000" in text(client.post(edit, data, follow=True))
    assert client.post(edit, data).status_code == 409
    stranger = make.resident(name="远人", home=make.community("211003001001"))
    household.refresh_from_db()
    add = reverse("household-member-new", args=[household.number])
    asked = {"resident_number": stranger.number, "relation": "other", "version": household.version}
    refused = client.post(add, asked)
    assert refused.status_code == 422
    assert "There is no such person at your office." in text(refused)
    assert "远人" not in text(refused)
    member = Member.objects.get(resident=child)
    gone = reverse("household-member-remove", args=[household.number])
    client.post(gone, {"member": member.pk, "version": household.version})
    assert members(household) == {"王一": "head"}
    found = client.post(reverse("search"), {"q": household.number})
    assert found.headers["Location"] == household.get_absolute_url()
