"""Offices, users and postings: who may do what, what fits, and that nobody locks the portal."""

import datetime
import threading
from collections.abc import Callable

import pytest
from django.db import connection

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Conflict, DomainError, Invalid, NotAllowed, Refused
from liaoyang_medins.kernel.offices import services
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office, Posting, User
from liaoyang_medins.kernel.offices.permissions import MAY
from liaoyang_medins.kernel.offices.roles import OFFICE_KINDS, Role
from tests import factories

TODAY = datetime.date(2009, 3, 2)
GOOD = "three-blue-birds-9"


@pytest.fixture(autouse=True)
def on_the_day():
    with clock.on_day(TODAY):
        yield


@pytest.fixture
def admin(db: None) -> Actor:
    return factories.actor(Role.ADMINISTRATOR, username="root")


def last_verb() -> str:
    return AuditEntry.objects.order_by("-id").values_list("verb", flat=True)[0]


def test_every_role_has_a_kind_of_office_and_something_to_do() -> None:
    assert set(OFFICE_KINDS) == set(Role)
    for role in Role:
        assert any(role in roles for verb, roles in MAY.items() if verb != "frame.use")


# --- users ---------------------------------------------------------------------------------------------------------


def test_a_new_user_can_sign_in_and_is_on_record(admin: Actor) -> None:
    user = services.create_user(username=" wang ", name=" 王芳 ", password=GOOD, by=admin)
    assert (user.username, user.name) == ("wang", "王芳")
    assert user.check_password(GOOD)
    entry = AuditEntry.objects.get(verb="users.create")
    assert (entry.object_number, entry.user_id) == ("wang", admin.user_id)
    assert GOOD not in str(entry.changes)


@pytest.mark.parametrize(
    ("username", "name", "password", "field"),
    [
        ("wang fang", "王芳", GOOD, "username"),
        ("", "王芳", GOOD, "username"),
        ("a" * 151, "王芳", GOOD, "username"),
        ("wang", "  ", GOOD, "name"),
        ("wang", "王芳", "short", "password"),
        ("wangfang2009", "王芳", "wangfang20091", "password"),
        ("wang", "王芳", "123456qwerty", "password"),
    ],
)
def test_a_user_that_cannot_be(admin: Actor, username: str, name: str, password: str, field: str) -> None:
    with pytest.raises(Invalid) as error:
        services.create_user(username=username, name=name, password=password, by=admin)
    assert error.value.field == field
    assert not User.objects.filter(name="王芳").exists()


def test_a_taken_user_name(admin: Actor) -> None:
    factories.user("wang")
    with pytest.raises(Conflict) as error:
        services.create_user(username="wang", name="王芳", password=GOOD, by=admin)
    assert error.value.field == "username"


def test_a_user_is_renamed_and_deactivated(admin: Actor) -> None:
    user = factories.user("wang")
    services.change_user(user_id=user.pk, name="王芳", active=False, by=admin)
    user.refresh_from_db()
    assert (user.name, user.is_active) == ("王芳", False)
    entry = AuditEntry.objects.get(verb="users.change")
    assert entry.changes == {"name": ["wang", "王芳"], "active": [True, False]}


def test_a_change_of_nothing_leaves_no_record(admin: Actor) -> None:
    user = factories.user("wang")
    services.change_user(user_id=user.pk, name="wang", active=True, by=admin)
    assert not AuditEntry.objects.exists()


def test_a_new_password_holds_and_stays_out_of_the_record(admin: Actor) -> None:
    user = factories.user("wang")
    services.set_password(user_id=user.pk, password=GOOD, by=admin)
    user.refresh_from_db()
    assert user.check_password(GOOD)
    assert AuditEntry.objects.get(verb="users.set_password").changes == {}
    with pytest.raises(Invalid):
        services.set_password(user_id=user.pk, password="123456qwerty", by=admin)


def test_nobody_deactivates_themselves(admin: Actor) -> None:
    factories.actor(Role.ADMINISTRATOR, username="second")
    with pytest.raises(Refused):
        services.change_user(user_id=admin.user_id or 0, name="x", active=False, by=admin)


# --- postings ------------------------------------------------------------------------------------------------------


def test_a_posting_is_added(admin: Actor) -> None:
    user, office = factories.user("wang"), factories.community()
    posting = services.add_posting(user_id=user.pk, role=Role.COMMUNITY, office_id=office.pk, starts=TODAY, by=admin)
    assert posting in Posting.objects.in_force(TODAY)
    assert last_verb() == "postings.add"


@pytest.mark.parametrize("role", list(Role))
def test_a_role_works_only_at_its_kind_of_office(admin: Actor, role: Role) -> None:
    user = factories.user("wang")
    offices = [
        factories.area(),
        factories.district(),
        factories.subdistrict(),
        factories.community(),
        factories.school(),
    ]
    for office in offices:
        if office.kind == OFFICE_KINDS[role]:
            services.add_posting(user_id=user.pk, role=role, office_id=office.pk, starts=TODAY, by=admin)
        else:
            with pytest.raises(Invalid):
                services.add_posting(user_id=user.pk, role=role, office_id=office.pk, starts=TODAY, by=admin)


def test_the_same_posting_twice_on_one_day(admin: Actor) -> None:
    user, office = factories.user("wang"), factories.community()
    day = datetime.timedelta(days=1)

    def post(starts: datetime.date, ends: datetime.date | None = None) -> Posting:
        return services.add_posting(
            user_id=user.pk, role=Role.COMMUNITY, office_id=office.pk, starts=starts, ends=ends, by=admin
        )

    post(TODAY, TODAY + 9 * day)
    with pytest.raises(Conflict):
        post(TODAY + 9 * day)
    with pytest.raises(Conflict):
        post(TODAY - day, TODAY)
    post(TODAY + 10 * day)
    post(TODAY - 5 * day, TODAY - day)


def test_a_posting_that_cannot_be(admin: Actor) -> None:
    user, office = factories.user("wang"), factories.community()
    with pytest.raises(Invalid):
        services.add_posting(
            user_id=user.pk, role=Role.COMMUNITY, office_id=office.pk, starts=TODAY, ends=factories.LAW, by=admin
        )
    Office.objects.filter(pk=office.pk).update(closed_on=TODAY)
    with pytest.raises(Invalid):
        services.add_posting(user_id=user.pk, role=Role.COMMUNITY, office_id=office.pk, starts=TODAY, by=admin)


def test_a_posting_ends(admin: Actor) -> None:
    clerk = factories.actor(Role.COMMUNITY)
    posting = services.end_posting(posting_id=clerk.posting_id or 0, ends=TODAY, by=admin)
    assert posting in Posting.objects.in_force(TODAY)
    assert posting not in Posting.objects.in_force(TODAY + datetime.timedelta(days=1))
    services.end_posting(posting_id=posting.pk, ends=TODAY - datetime.timedelta(days=1), by=admin)
    assert posting not in Posting.objects.in_force(TODAY)
    with pytest.raises(Conflict):
        services.end_posting(posting_id=posting.pk, ends=TODAY, by=admin)


@pytest.mark.parametrize("ends", [TODAY - datetime.timedelta(days=2), factories.LAW - datetime.timedelta(days=1)])
def test_a_posting_does_not_end_in_the_past(admin: Actor, ends: datetime.date) -> None:
    clerk = factories.actor(Role.COMMUNITY)
    with pytest.raises(Invalid):
        services.end_posting(posting_id=clerk.posting_id or 0, ends=ends, by=admin)


def test_the_last_administrator_stays(admin: Actor) -> None:
    with pytest.raises(Refused) as error:
        services.end_posting(posting_id=admin.posting_id or 0, ends=datetime.date(2010, 1, 1), by=admin)
    assert error.value.code == "last_administrator"
    second = factories.actor(Role.ADMINISTRATOR, username="second")
    services.end_posting(posting_id=admin.posting_id or 0, ends=TODAY, by=admin)
    with pytest.raises(Refused):
        services.end_posting(posting_id=second.posting_id or 0, ends=TODAY, by=second)
    with pytest.raises(Refused):
        services.change_user(user_id=second.user_id or 0, name="second", active=False, by=admin)


def test_an_administrator_who_is_deactivated_or_leaves_does_not_count(admin: Actor) -> None:
    second = factories.actor(Role.ADMINISTRATOR, username="second")
    User.objects.filter(pk=second.user_id).update(is_active=False)
    factories.user("third")
    leaving = services.add_posting(
        user_id=User.objects.get(username="third").pk,
        role=Role.ADMINISTRATOR,
        office_id=factories.area().pk,
        starts=TODAY,
        ends=datetime.date(2009, 12, 31),
        by=admin,
    )
    assert leaving in Posting.objects.in_force(TODAY)
    with pytest.raises(Refused):
        services.end_posting(posting_id=admin.posting_id or 0, ends=TODAY, by=admin)


@pytest.mark.django_db(transaction=True)
def test_two_administrators_end_each_other_at_once() -> None:
    first = factories.actor(Role.ADMINISTRATOR, username="first")
    second = factories.actor(Role.ADMINISTRATOR, username="second")
    start = threading.Barrier(2)
    results: list[DomainError | None] = []

    def end(posting_id: int, by: Actor) -> None:
        with clock.on_day(TODAY):
            start.wait(10)
            try:
                services.end_posting(posting_id=posting_id, ends=TODAY, by=by)
                results.append(None)
            except DomainError as error:
                results.append(error)
            finally:
                connection.close()

    threads = [
        threading.Thread(target=end, args=(second.posting_id, first)),
        threading.Thread(target=end, args=(first.posting_id, second)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(type(result).__name__ for result in results) == ["NoneType", "Refused"]


# --- offices -------------------------------------------------------------------------------------------------------


def test_offices_are_made_from_the_district_down(admin: Actor) -> None:
    area = factories.area()
    parent = area
    for kind, code in [
        (Office.Kind.DISTRICT, "211002"),
        (Office.Kind.SUBDISTRICT, "211002009"),
        (Office.Kind.COMMUNITY, "211002009007"),
    ]:
        parent = services.create_office(
            kind=kind, code=code, name=f"名{code}", name_en=code, parent_id=parent.pk, by=admin
        )
    assert [parent.kind, parent.parent.kind, parent.parent.parent.kind] == ["community", "subdistrict", "district"]
    assert services.district_code(parent) == "211002"
    assert services.district_code(area) == area.code
    assert last_verb() == "offices.create"


@pytest.mark.parametrize(
    ("kind", "code", "name", "error", "field"),
    [
        (Office.Kind.COMMUNITY, "211002001", "短", Invalid, "code"),
        (Office.Kind.COMMUNITY, "211003001001", "别处", Invalid, "code"),
        (Office.Kind.COMMUNITY, "21100200100x", "字母", Invalid, "code"),
        (Office.Kind.COMMUNITY, "211002001001", "重复", Conflict, "code"),
        (Office.Kind.COMMUNITY, "211002001002", " ", Invalid, "name"),
        (Office.Kind.SUBDISTRICT, "211002001", "错上级", Invalid, "parent"),
        (Office.Kind.SCHOOL, "SCH009", "错上级", Invalid, "parent"),
        (Office.Kind.AREA, "219000", "市", Invalid, "kind"),
        (Office.Kind.INSTITUTION, "H001", "医院", Invalid, "kind"),
    ],
)
def test_an_office_that_cannot_be(
    admin: Actor, kind: Office.Kind, code: str, name: str, error: type[DomainError], field: str
) -> None:
    factories.community()
    with pytest.raises(error) as found:
        services.create_office(kind=kind, code=code, name=name, parent_id=factories.subdistrict().pk, by=admin)
    assert found.value.field == field


def test_a_schools_code(admin: Actor) -> None:
    with pytest.raises(Invalid):
        services.create_office(
            kind=Office.Kind.SCHOOL, code="学校", name="学校", parent_id=factories.district().pk, by=admin
        )
    school = services.create_office(
        kind=Office.Kind.SCHOOL, code="sch-2", name="学校", parent_id=factories.district().pk, by=admin
    )
    assert school.code == "SCH-2"


def change(office: Office, by: Actor, **values: object) -> Office:
    given = {"name": office.name, "parent_id": office.parent_id, **values}
    return services.change_office(office_id=office.pk, by=by, **given)  # type: ignore[arg-type]


def test_an_office_moves_within_its_district_only(admin: Actor) -> None:
    community = factories.community()
    neighbour = factories.subdistrict("211002002")
    assert change(community, admin, parent_id=neighbour.pk).parent_id == neighbour.pk
    with pytest.raises(Refused):
        change(community, admin, parent_id=factories.subdistrict("211003001").pk)
    with pytest.raises(Invalid):
        change(community, admin, parent_id=factories.district().pk)
    with pytest.raises(Invalid):
        change(community, admin, parent_id=None)


def test_an_office_closes_from_below(admin: Actor) -> None:
    community = factories.community()
    with pytest.raises(Refused):
        change(community.parent, admin, closed_on=TODAY)
    change(community, admin, closed_on=TODAY)
    change(community.parent, admin, closed_on=TODAY)
    with pytest.raises(Refused):
        change(factories.area(), admin, closed_on=TODAY, parent_id=None)
    assert AuditEntry.objects.filter(verb="offices.change", object_number=community.code).count() == 1


# --- permission ----------------------------------------------------------------------------------------------------

VERBS: list[Callable[[Actor], object]] = [
    lambda by: services.create_user(username="x", name="x", password=GOOD, by=by),
    lambda by: services.change_user(user_id=1, name="x", active=True, by=by),
    lambda by: services.set_password(user_id=1, password=GOOD, by=by),
    lambda by: services.add_posting(user_id=1, role=Role.COMMUNITY, office_id=1, starts=TODAY, by=by),
    lambda by: services.end_posting(posting_id=1, ends=TODAY, by=by),
    lambda by: services.create_office(kind="school", code="X", name="x", parent_id=1, by=by),
    lambda by: services.change_office(office_id=1, name="x", parent_id=None, by=by),
]


@pytest.mark.django_db
@pytest.mark.parametrize("verb", VERBS)
def test_only_the_administrator(verb: Callable[[Actor], object]) -> None:
    for role in (Role.SUPERVISOR, Role.AGENCY_REVIEWER, Role.COMMUNITY):
        with pytest.raises(NotAllowed):
            verb(factories.actor(role))
