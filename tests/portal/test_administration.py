"""The administrator's pages: users, postings, offices; and the audit log."""

import datetime
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office, Posting, User
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.portal.changes import changes_of
from liaoyang_medins.portal.demo.accounts import ACCOUNTS
from liaoyang_medins.portal.views import audit_log
from tests import factories

TODAY = datetime.date(2009, 3, 2)
GOOD = "three-blue-birds-9"


@pytest.fixture(autouse=True)
def on_the_day(settings: Any) -> None:
    settings.BUSINESS_DATE = TODAY.isoformat()


@pytest.fixture
def admin(client: Client, db: None) -> Actor:
    actor = factories.actor(Role.ADMINISTRATOR, username="root")
    client.force_login(User.objects.get(username="root"))
    return actor


# --- users and postings --------------------------------------------------------------------------------------------


def test_from_a_new_user_to_their_first_page(client: Client, admin: Actor) -> None:
    factories.community()
    data = {"username": "wang", "name": "王芳", "password": GOOD}
    response = client.post(reverse("user-new"), data)
    assert response["Location"] == reverse("posting-new", args=["wang"])
    page = client.get(response["Location"], {"role": "community"})
    assert "211002001001" in page.content.decode()
    office = Office.objects.get(code="211002001001")
    response = client.post(
        reverse("posting-new", args=["wang"]) + "?role=community",
        {"office": office.pk, "starts": "2009-03-02", "ends": ""},
    )
    assert response["Location"] == reverse("user", args=["wang"])
    fresh = Client()
    response = fresh.post(reverse("sign-in"), {"username": "wang", "password": GOOD}, follow=True)
    assert response.status_code == 200
    assert response.context["actor"].role is Role.COMMUNITY


def test_what_is_wrong_stands_at_its_field(client: Client, admin: Actor) -> None:
    factories.user("wang")
    page = client.post(reverse("user-new"), {"username": "wang", "name": "王芳", "password": GOOD})
    assert page.status_code == 200
    assert list(page.context["form"].errors) == ["username"]
    page = client.post(reverse("user-new"), {"username": "li", "name": "李", "password": "b7q9"})
    assert list(page.context["form"].errors) == ["password"]
    content = page.content.decode()
    assert 'value="李"' in content
    assert 'href="#id_password"' in content
    assert "b7q9" not in content


def test_offices_that_do_not_fit_are_not_offered(client: Client, admin: Actor) -> None:
    factories.user("wang")
    url = reverse("posting-new", args=["wang"])
    data = {"office": factories.district().pk, "starts": "2009-03-02"}
    page = client.post(url + "?role=community", data)
    assert list(page.context["form"].errors) == ["office"]
    assert "form" not in client.get(url).context
    assert "form" not in client.get(url, {"role": "emperor"}).context


def test_a_user_is_changed(client: Client, admin: Actor) -> None:
    factories.user("wang")
    url = reverse("user", args=["wang"])
    assert client.post(url, {"name": "王芳", "active": "on"})["Location"] == url
    assert client.post(url, {"name": "王芳"})["Location"] == url
    user = User.objects.get(username="wang")
    assert (user.name, user.is_active) == ("王芳", False)
    page = client.get(url).content.decode()
    assert "王芳" in page


def test_nobody_shuts_themselves_out(client: Client, admin: Actor) -> None:
    page = client.post(reverse("user", args=["root"]), {"name": "root"})
    assert list(page.context["form"].errors) == ["active"]
    page = client.post(reverse("posting-end", args=[admin.posting_id]), {"ends": "2009-03-02"})
    assert page.context["form"].non_field_errors()
    assert client.get(reverse("users")).status_code == 200


def test_a_new_password(client: Client, admin: Actor) -> None:
    url = reverse("user-password", args=["root"])
    page = client.post(url, {"new-password": "short"})
    assert list(page.context["password_form"].errors) == ["password"]
    assert client.post(url, {"new-password": GOOD})["Location"] == reverse("user", args=["root"])
    # The administrator's own session goes on, sessions of others do not.
    assert client.get(reverse("users")).status_code == 200
    other = Client()
    clerk = factories.user("wang")
    other.force_login(clerk)
    client.post(reverse("user-password", args=["wang"]), {"new-password": GOOD})
    assert other.get("/").status_code == 302


def test_a_posting_is_ended(client: Client, admin: Actor) -> None:
    clerk = factories.actor(Role.COMMUNITY, username="wang")
    url = reverse("posting-end", args=[clerk.posting_id])
    assert client.get(url).status_code == 200
    page = client.post(url, {"ends": "2008-01-01"})
    assert list(page.context["form"].errors) == ["ends"]
    assert client.post(url, {"ends": "2009-03-31"})["Location"] == reverse("user", args=["wang"])
    assert Posting.objects.get(pk=clerk.posting_id).ends == datetime.date(2009, 3, 31)


def test_the_filters_of_users(client: Client, admin: Actor) -> None:
    factories.actor(Role.COMMUNITY, username="wang")
    User.objects.filter(pk=factories.user("li", name="李四").pk).update(is_active=False)

    def names(**asked: str) -> list[str]:
        return [user.username for user in client.get(reverse("users"), asked).context["page"]]

    assert names() == ["li", "root", "wang"]
    assert names(sort="-username") == ["wang", "root", "li"]
    assert names(sort="password") == ["li", "root", "wang"]
    assert names(q="李") == ["li"]
    assert names(role="community") == ["wang"]
    assert names(active="no") == ["li"]
    assert names(active="no", role="community") == []
    assert "empty" in client.get(reverse("users"), {"q": "zzz"}).content.decode()


# --- offices -------------------------------------------------------------------------------------------------------


def test_an_office_is_made_and_changed(client: Client, admin: Actor) -> None:
    parent = factories.subdistrict()
    url = reverse("office-new")
    assert "form" not in client.get(url).context
    data = {"parent": parent.pk, "code": "211002001009", "name": "新社区"}
    response = client.post(url + "?kind=community", data)
    address = reverse("office", args=["211002001009"])
    assert response["Location"] == address
    page = client.post(url + "?kind=community", data)
    assert list(page.context["form"].errors) == ["code"]
    changed = {"parent": parent.pk, "name": "新社区", "name_en": "New Community", "closed_on": "2009-03-02"}
    assert client.post(address, changed)["Location"] == address
    office = Office.objects.get(code="211002001009")
    assert (office.name_en, office.closed_on) == ("New Community", TODAY)
    page = client.post(address, {**changed, "name": ""})
    assert list(page.context["form"].errors) == ["name"]


def test_offices_of_another_district_are_not_offered(client: Client, admin: Actor) -> None:
    factories.community()
    elsewhere = factories.subdistrict("211003001")
    page = client.post(reverse("office", args=["211002001001"]), {"parent": elsewhere.pk, "name": "社区"})
    assert list(page.context["form"].errors) == ["parent"]


def test_the_pooling_area_is_only_renamed(client: Client, admin: Actor) -> None:
    response = client.post(reverse("office", args=["211000"]), {"name": "辽阳市", "closed_on": "2009-03-02"})
    assert response.status_code == 302
    area = factories.area()
    assert (area.name, area.closed_on) == ("辽阳市", None)


def test_the_filters_of_offices(client: Client, admin: Actor) -> None:
    factories.community()
    factories.school()
    factories.subdistrict("211003001")
    Office.objects.filter(code="211003001").update(closed_on=TODAY)

    def codes(**asked: str) -> list[str]:
        return [office.code for office in client.get(reverse("offices"), asked).context["page"]]

    assert codes() == ["211000", "211002", "211002001", "211002001001", "211003", "SCH001"]
    assert codes(closed="on", district="211003") == ["211003", "211003001"]
    assert codes(kind="community") == ["211002001001"]
    assert codes(district="211002") == ["211002", "211002001", "211002001001", "SCH001"]
    assert codes(q="小学") == ["SCH001"]
    assert codes(q="211003") == ["211003"]
    assert codes(q="nowhere") == []


def test_who_works_at_an_office(client: Client, admin: Actor) -> None:
    factories.actor(Role.COMMUNITY, username="wang")
    assert "/administration/user/wang/" in client.get(reverse("office", args=["211002001001"])).content.decode()


@pytest.mark.django_db
def test_the_lists_ask_the_database_as_often_for_one_row_as_for_many(client: Client, admin: Actor) -> None:
    counts = []
    for _round in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("users"))
            client.get(reverse("offices"))
        counts.append(len(queries))
        for number in range(1, 4):
            factories.actor(Role.COMMUNITY, factories.community(f"21100200100{number}"))
    assert counts[0] == counts[1]


# --- the audit log -------------------------------------------------------------------------------------------------


def entries(client: Client, **asked: Any) -> list[str]:
    page = client.get(reverse("audit-log"), asked)
    return [f"{row['entry'].verb} {row['entry'].object_number}" for row in page.context["rows"]]


def test_the_log_and_its_filters(client: Client, admin: Actor) -> None:
    clerk = factories.actor(Role.COMMUNITY, username="wang")
    audit.record(by=admin, verb="offices.change", obj=factories.area(), changes={"name": ["旧", "新"]})
    audit.record(by=clerk, verb="residents.reveal", obj=factories.community(), resident="P2009-0000007", note="核对")
    assert entries(client) == ["residents.reveal 211002001001", "offices.change 211000"]
    assert entries(client, number="211000") == ["offices.change 211000"]
    assert entries(client, resident="p2009-0000007") == ["residents.reveal 211002001001"]
    assert entries(client, user="wang") == ["residents.reveal 211002001001"]
    assert entries(client, verb="offices.change") == ["offices.change 211000"]
    assert entries(client, since="2009-03-02", until="2009-03-02", verb="offices.change") == ["offices.change 211000"]
    assert entries(client, since="2009-03-03") == []
    page = client.get(reverse("audit-log")).content.decode()
    assert "旧 → 新" in page
    assert "核对" in page


@pytest.mark.parametrize("asked", [{"user": "nobody"}, {"since": "2009-03-03", "until": "2009-03-02"}, {"since": "x"}])
def test_a_filter_that_cannot_be_says_so(client: Client, admin: Actor, asked: dict[str, str]) -> None:
    audit.record(by=admin, verb="offices.change", obj=factories.area())
    page = client.get(reverse("audit-log"), asked)
    assert page.status_code == 200
    assert page.context["rows"] == []
    assert page.context["filter_form"].errors


def test_older_entries_are_a_step_away(client: Client, admin: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_log, "PER_PAGE", 2)
    made = [audit.record(by=admin, verb="offices.change", obj=factories.area()).pk for _ in range(5)]
    shown: list[int] = []
    before: Any = ""
    while before is not None:
        page = client.get(reverse("audit-log"), {"before": before})
        shown += [row["entry"].pk for row in page.context["rows"]]
        before = page.context["older"]
    assert shown == sorted(made, reverse=True)
    assert client.get(reverse("audit-log"), {"before": "x" * 30}).status_code == 200


def test_what_is_sealed_says_so(client: Client, admin: Actor) -> None:
    audit.record(by=admin, verb="offices.change", obj=factories.area())
    assert [row["sealed"] for row in client.get(reverse("audit-log")).context["rows"]] == [False]
    audit.seal()
    assert [row["sealed"] for row in client.get(reverse("audit-log")).context["rows"]] == [True]


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"name": ["a", "b"]}, [("Name on record", "a → b")]),
        ({"ends": [None, "2009-01-01"]}, [("Until", "— → 2009-01-01")]),
        ({"count": 3}, [("How many", "3")]),
        ({"reasons": ["emergency_only", "foreign"]}, [("Reasons found", "emergency_only, foreign")]),
        ({"replaces": []}, [("Replaces", "—")]),
        ({"active": [True, False]}, [("May sign in", "Yes → No")]),
        ({"materials": {"id_card": "missing"}}, [("Documents", "Copy of the ID card: Missing")]),
        ({"key": "5f0e"}, [("Key of the file", "5f0e")]),
        ({"unheard_of": 1.5}, [("unheard_of", "1.5")]),
        ({}, []),
    ],
)
def test_changes_in_words(changes: dict[str, Any], shown: list[tuple[str, str]]) -> None:
    with translation.override("en"):
        assert changes_of(AuditEntry(changes=changes)) == shown


@pytest.mark.parametrize(
    ("object_type", "verb", "changes", "shown"),
    [
        ("registration.registration", "registrations.forward", {"status": "at_district"}, ["Under district review"]),
        ("claims.stay", "stays.settle", {"reasons": ["not_designated", "excluded_cause"]}, None),
        ("registration.resident", "circumstances.add", {"kind": "work", "value": "working"}, ["Work", "Working"]),
        ("offices.user", "postings.add", {"role": "agency_clerk"}, ["Agency clerk"]),
        ("attachments.attachment", "attachments.look", {"part": "id_card"}, ["Copy of the ID card"]),
        (
            "reimbursement.reimbursement",
            "reimbursements.enter",
            {"papers": ["invoice", "id_card"]},
            ["Invoices of the institution (originals), Copies of the ID card and the bank card"],
        ),
        (
            "reimbursement.reimbursement",
            "reimbursements.change",
            {"papers": [["invoice"], []]},
            ["Invoices of the institution (originals) → —"],
        ),
        ("inspections.inspection", "inspections.add_finding", {"duty": "fees"}, None),
        ("claims.stay", "reviews.propose", {"reasons": ["injury"]}, None),
        ("outpatient.outpatientapproval", "outpatient.ask", {"disease": "stroke"}, None),
        ("claims.stay", "stays.admit", {"admitted_at": "2009-03-01T01:00:00+00:00"}, ["2009-03-01 09:00"]),
    ],
)
def test_codes_in_words(object_type: str, verb: str, changes: dict[str, Any], shown: list[str] | None) -> None:
    entry = AuditEntry(object_type=object_type, verb=verb, changes=changes)
    with translation.override("en"):
        words = [value for _name, value in changes_of(entry)]
    assert words == shown if shown else not set(words) & set(map(str, changes.values()))


# --- the demo's accounts -------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_command_prints_the_accounts(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("demo_accounts")
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(ACCOUNTS) == 13
    assert lines[0].split()[:3] == ["community", "liaoyang2009", "community"]
