"""Looking back: the audit record by person, object, actor, act and time, from indexes and page by page."""

import datetime
import json
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Invalid, NotAllowed
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import User
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.portal import auditing
from liaoyang_medins.portal.auditing import Place
from tests import factories

pytestmark = pytest.mark.django_db
D = datetime.date
TODAY = D(2009, 3, 2)
# So many entries as make another plan than the right one slow, and take a second to write.
MANY = 30_000
FILL = """
INSERT INTO audit_auditentry (at, business_date, actor_kind, actor_name, user_id, role, office_code, verb, object_type,
    object_number, resident, changes, note)
SELECT now(), date '2008-07-01' + n / 100, 'user', 'x', 1000 + n %% 7, '', '', 'x.' || n %% 9, 'claims.stay',
    'S' || n / 4, 'P' || n / 5, '{}', ''
FROM generate_series(1, %s) AS n
"""


@pytest.fixture(autouse=True)
def day(settings: Any) -> None:
    settings.BUSINESS_DATE = TODAY.isoformat()
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def supervisor() -> Actor:
    return factories.actor(Role.SUPERVISOR, username="looks-back")


@pytest.fixture
def client(supervisor: Actor) -> Client:
    made = Client()
    made.force_login(User.objects.get(pk=supervisor.user_id or 0))
    return made


@pytest.fixture
def long_record(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(FILL, [MANY])
        cursor.execute("ANALYZE audit_auditentry")


def shown(client: Client, **asked: Any) -> list[AuditEntry]:
    page = client.get(reverse("audit-log"), asked)
    assert page.status_code == 200
    return [row["entry"] for row in page.context["rows"]]


# --- by person -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["number", "id_number", "lower"])
def test_a_person_is_looked_up_without_the_number_in_the_address(client, supervisor, typed):
    person = factories.resident()
    audit.record(by=supervisor, verb="residents.reveal", obj=person, resident=person.number)
    audit.record(by=supervisor, verb="residents.reveal", obj=factories.area(), resident="P2009-7777777")
    text = {"number": person.number, "id_number": person.id_number, "lower": person.number.lower()}[typed]
    response = client.post(reverse("audit-log"), {"person": text})
    assert response["Location"] == f"{reverse('audit-log')}?resident={person.number}"
    found = client.get(response["Location"])
    assert {row["entry"].verb for row in found.context["rows"]} == {"residents.reveal", "audit.look_up"}
    entry = AuditEntry.objects.get(verb="audit.look_up")
    assert (entry.resident, entry.user_id) == (person.number, supervisor.user_id)
    assert person.id_number not in json.dumps(entry.changes)


def test_of_two_records_made_one_both_are_found(client, supervisor):
    survivor, duplicate = factories.resident(), factories.resident()
    for person in (survivor, duplicate):
        audit.record(by=supervisor, verb="residents.reveal", obj=person, resident=person.number)
    type(duplicate).objects.filter(pk=duplicate.pk).update(merged_into=survivor)
    for number in (survivor.number, duplicate.number):
        assert len(shown(client, resident=number)) == 2
    assert auditing.look_up(duplicate.number, by=supervisor) == survivor.number


@pytest.mark.parametrize("text", ["211002194005060018", "P2009-9999999", "王小宝", "123"])
def test_nobody_is_said_and_not_repeated(client, text):
    response = client.post(reverse("audit-log"), {"person": text})
    assert response.status_code == 422
    page = response.content.decode()
    assert "There is nobody with this number." in page
    assert text not in page
    assert not AuditEntry.objects.filter(verb="audit.look_up").exists()


def test_only_who_may_look_back_looks_anybody_up():
    clerk = factories.actor(Role.COMMUNITY)
    with pytest.raises(NotAllowed):
        auditing.look_up("P2009-0000001", by=clerk)
    with pytest.raises(NotAllowed):
        auditing.export_entries(asked={}, by=clerk)


# --- by object, page by page -----------------------------------------------------------------------------------------


def test_an_object_by_its_kind_and_number(client, supervisor):
    audit.record(by=supervisor, verb="offices.change", obj=factories.area())
    audit.record(by=supervisor, verb="offices.change", obj=factories.community())
    user = User.objects.get(pk=supervisor.user_id or 0)
    audit.record(by=supervisor, verb="users.change", obj=user)
    assert len(shown(client, kind="offices.office", number="211000")) == 1
    assert shown(client, kind="offices.user", number="211000") == []
    assert len(shown(client, kind="offices.user", number="looks-back")) == 1
    page = client.get(reverse("audit-log"), {"kind": "offices.office"})
    assert page.context["filter_form"].errors["number"] == ["Enter the number of the object."]


def test_pages_lead_on_without_a_gap_or_an_entry_twice(client, supervisor, monkeypatch):
    monkeypatch.setattr("liaoyang_medins.portal.views.audit_log.PER_PAGE", 4)
    made = []
    for number in range(15):
        entry = audit.entry(by=supervisor, verb="offices.change", obj=factories.area())
        # Days in no order, as in the demo, several entries a day.
        entry.business_date = TODAY - datetime.timedelta(days=number * 7 % 4)
        entry.save(force_insert=True)
        made.append(entry)
    seen: list[tuple[datetime.date, int]] = []
    before: str | None = ""
    while before is not None:
        page = client.get(reverse("audit-log"), {"before": before, "verb": "offices.change"})
        seen += [(row["entry"].business_date, row["entry"].pk) for row in page.context["rows"]]
        before = page.context["older"]
    assert seen == sorted(((entry.business_date, entry.pk) for entry in made), reverse=True)


@pytest.mark.parametrize(
    "text", ["", "7", "x.7", "2009-03-02.", "2009-13-02.7", "2009-03-02.x", "2009-03-02." + "9" * 30]
)
def test_a_place_that_is_none_begins_anew(text):
    assert Place.read(text) is None


def test_a_place_is_read_as_it_is_written():
    assert Place.read(str(Place(TODAY, 7))) == Place(TODAY, 7)


# --- as fast in a long record ----------------------------------------------------------------------------------------


def rows_looked_at(plan: dict[str, Any]) -> float:
    """How many rows the nodes of a plan gave on and threw away."""
    here = plan["Actual Rows"] * plan["Actual Loops"] + plan.get("Rows Removed by Filter", 0) * plan["Actual Loops"]
    return here + sum(rows_looked_at(part) for part in plan.get("Plans", ()))


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"verb": "x.3"},
        {"since": D(2008, 10, 1), "until": D(2008, 10, 2)},
        {"verb": "x.3", "since": D(2008, 8, 1), "until": D(2008, 10, 1)},
        {"number": "S77", "kind": "claims.stay"},
        {"number": "S77"},
        {"resident": "P99"},
        {"resident": "P99", "verb": "x.3"},
        {"user": "somebody"},
        {"user": "somebody", "since": D(2008, 8, 1), "until": D(2008, 10, 1)},
        {"user": "somebody", "verb": "x.3"},
    ],
    ids=str,
)
@pytest.mark.parametrize("before", [None, Place(D(2008, 9, 5), 6_500)])
def test_no_search_reads_more_than_its_page(long_record, asked, before):
    if "user" in asked:
        User.objects.filter(pk=factories.user("somebody").pk).update(id=1003)
    query, values = auditing.filtered(asked, before)[:51].query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {query}", values)
        plan = cursor.fetchone()[0]
    found = (plan if isinstance(plan, list) else json.loads(plan))[0]["Plan"]
    assert "Seq Scan" not in json.dumps(found)
    assert rows_looked_at(found) < 1_500, json.dumps(found, indent=1)


# --- the workbook ----------------------------------------------------------------------------------------------------


def test_what_the_filters_leave_is_taken_as_a_workbook_and_that_is_on_record(client, supervisor, monkeypatch):
    monkeypatch.setattr(auditing, "CHUNK", 2)
    for number in range(5):
        audit.record(
            by=supervisor, verb="offices.change", obj=factories.area(), changes={"name": ["旧", f"=新{number}"]}
        )
    audit.record(by=supervisor, verb="residents.reveal", obj=factories.area(), resident="P2009-0000007")
    response = client.get(reverse("audit-export"), {"verb": "offices.change"})
    book = openpyxl.load_workbook(BytesIO(b"".join(response.streaming_content)))  # type: ignore[attr-defined]
    rows = list(book.active.iter_rows(min_row=4, values_only=True))  # type: ignore[union-attr]
    assert len(rows) == 5
    assert [row[9] for row in rows] == [f"Name on record: 旧 → =新{number}" for number in (4, 3, 2, 1, 0)]
    assert rows[0][1].date() == TODAY
    assert rows[0][5:8] == ("Changed the office", "office", "211000")
    entry = AuditEntry.objects.get(verb="audit.export")
    assert entry.changes == {"filters": ["verb=offices.change"]}
    assert (entry.object_number, entry.user_id) == ("looks-back", supervisor.user_id)


def test_no_more_than_anybody_reads(client, supervisor, monkeypatch):
    monkeypatch.setattr(auditing, "EXPORT_AT_MOST", 3)
    for _number in range(5):
        audit.record(by=supervisor, verb="offices.change", obj=factories.area())
    assert len(list(auditing.in_chunks({}))) == 3


def test_filters_that_cannot_be_lead_back_to_the_page(client):
    response = client.get(reverse("audit-export"), {"user": "nobody-at-all"})
    assert response["Location"].startswith(reverse("audit-log"))
    assert not AuditEntry.objects.filter(verb="audit.export").exists()


def test_a_number_that_is_nobodys_is_invalid(supervisor):
    with pytest.raises(Invalid):
        auditing.look_up("", by=supervisor)
