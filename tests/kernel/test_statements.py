"""Statements made once: they answer and write what querysets and models would."""

import datetime
import threading
import uuid

import pytest
from django.db import DatabaseError, DataError, IntegrityError, connection, transaction
from django.db.models import F, QuerySet
from django.test.utils import CaptureQueriesContext

from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.offices.models import Office, Posting, User
from liaoyang_medins.kernel.statements import OneOf, Statement, insert, insert_all, insert_numbered, update
from liaoyang_medins.kernel.statements.writing import FEW
from tests import factories

pytestmark = pytest.mark.django_db


@Statement
def offices_of(kind: str) -> QuerySet[Office]:
    return Office.objects.select_related("parent__parent").filter(kind=kind).exclude(code="100%").order_by("code")


@Statement
def with_codes(codes: list[str]) -> "QuerySet[Office, str]":
    return Office.objects.filter(OneOf(F("code"), codes)).order_by("code").values_list("code", flat=True)


@Statement
def changes_of(number: str) -> "QuerySet[AuditEntry, tuple[object, object]]":
    return AuditEntry.objects.filter(object_number=number).values_list("changes", "business_date").order_by("id")


def entry(number: str, **given: object) -> AuditEntry:
    what = {
        "at": datetime.datetime.now(datetime.UTC),
        "business_date": datetime.date(2009, 1, 2),
        "verb": "x",
        **given,
    }
    return AuditEntry(object_type="offices.office", object_number=number, actor_name="辽", actor_kind="job", **what)


def test_a_statement_gives_what_its_queryset_gives() -> None:
    community = factories.community()
    (found,) = offices_of("community")
    with CaptureQueriesContext(connection) as captured:
        assert found.parent is not None
        assert found.parent.parent == community.parent.parent
    assert not captured.captured_queries
    fields = [field.attname for field in Office._meta.concrete_fields]
    assert [getattr(found, name) for name in fields] == [getattr(community, name) for name in fields]
    found.name = "新"
    found.save()
    assert offices_of.first("community").name == "新"
    assert offices_of.first("school") is None
    # The area above has no parent, which a join to nothing must tell.
    assert offices_of.first("area").parent is None


def test_it_is_one_round_trip_whatever_was_asked_before() -> None:
    factories.community()
    for _time in range(8):
        with CaptureQueriesContext(connection) as captured:
            offices_of("community")
        assert [query["sql"].split("(")[0].rstrip("_0123456789") for query in captured.captured_queries] == [
            "EXECUTE offices_of"
        ]


def test_a_list_is_one_value() -> None:
    codes = [factories.community().code, factories.area().code]
    assert with_codes(codes) == sorted(codes)
    assert with_codes([]) == []


def test_what_is_written_comes_back() -> None:
    insert(entry("A", changes={"sum": ["1.20", None], "％": "100%"}, note="it's"))
    insert_all([entry("A", changes={}), entry("A", user_id=7)])
    insert_all([])
    day = datetime.date(2009, 1, 2)
    assert changes_of("A") == [({"sum": ["1.20", None], "％": "100%"}, day), ({}, day), ({}, day)]
    assert list(AuditEntry.objects.order_by("id").values_list("note", "user_id")) == [
        ("it's", None),
        ("", None),
        ("", 7),
    ]


# Few rows have a statement of their own, many are written from lists.
COUNTS = pytest.mark.parametrize("count", [1, 2, FEW, FEW + 1, 3 * FEW])


@COUNTS
def test_a_row_knows_its_key_once_written(count: int) -> None:
    rows = [entry(f"N{place}", user_id=place or None, changes={"%": place}) for place in range(count)]
    insert_all(rows)
    found = AuditEntry.objects.in_bulk()
    assert [(found[row.pk].object_number, found[row.pk].user_id, found[row.pk].changes) for row in rows] == [
        (f"N{place}", place or None, {"%": place}) for place in range(count)
    ]
    assert not any(row._state.adding for row in rows)


@COUNTS
def test_a_text_that_is_too_long_is_refused_and_not_cut_off(count: int) -> None:
    with pytest.raises(DataError), transaction.atomic():
        insert_all([entry("A")] * (count - 1) + [entry("B" * 61)])


def test_what_the_columns_refuse_is_refused() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(Office(kind="community", code="C1", name="无上级"))
    factories.area()
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(Office(kind="area", code=Office.objects.get(kind="area").code, name="重复"))
    assert Office.objects.count() == 1


def test_a_taken_key_writes_nothing_where_that_was_asked() -> None:
    taken = factories.area()
    assert not insert(Office(kind="area", code=taken.code, name="别的"), unless_taken=("code",))
    assert insert(Office(kind="area", code="OTHER", name="别的"), unless_taken=("code",))
    assert Office.objects.get(pk=taken.pk).name == taken.name


def test_an_update_writes_the_named_fields_only_and_misses_no_row() -> None:
    office = factories.area()
    office.name, office.address = "新", "不写"
    update(office, "name")
    assert Office.objects.values_list("name", "address").get(pk=office.pk) == ("新", "")
    update(office)
    assert Office.objects.get(pk=office.pk).address == "不写"
    Office.objects.create(kind="district", code="D", name="区", parent=office)
    district = Office.objects.get(code="D")
    district.parent_id = None
    with pytest.raises(IntegrityError), transaction.atomic():
        update(district, "parent_id")
    gone = Office(pk=0, kind="area", code="X", name="无")
    with pytest.raises(DatabaseError):
        update(gone, "name")


def test_an_update_writes_the_row_that_goes_with_it_or_neither() -> None:
    area = factories.area()
    area.name = "改名"
    user = User(username="added", name="%s", password="x")
    update(area, "name", adding=user)
    assert Office.objects.get(pk=area.pk).name == "改名"
    assert User.objects.get(pk=user.pk).name == "%s"
    assert not user._state.adding
    area.name = "又"
    with pytest.raises(DataError), transaction.atomic():
        update(area, "name", adding=User(username="u" * 151, name="x", password="x"))
    assert Office.objects.get(pk=area.pk).name == "改名"
    area.pk = -1
    with pytest.raises(DatabaseError, match="not there any more"):
        update(area, "name", adding=User(username="neither", name="x", password="x"))
    assert not User.objects.filter(username="neither").exists()


def test_numbers_are_drawn_by_the_statement_that_writes() -> None:
    from enrollment.registration.models import Resident

    community = factories.community()
    rows = [Resident(name="甲", sex="F", birth_date=datetime.date(1960, 1, 1), community=community) for _ in "123"]
    for row, drawn in zip(rows, (41, 9_999_999, 10_000_000), strict=True):
        with connection.cursor() as cursor:
            cursor.execute("SELECT setval('number_resident', %s, false)", [drawn])
        assert insert_numbered(row, "resident", datetime.date(2009, 5, 1))
        row.refresh_from_db()
    assert [row.number for row in rows] == ["P2009-0000041", "P2009-9999999", "P2009-10000000"]


def test_nothing_runs_in_a_broken_transaction() -> None:
    @Statement
    def posted(user: int) -> QuerySet[Posting]:
        return Posting.objects.filter(user=user)

    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(transaction.TransactionManagementError):
            posted(1)
    assert posted(1) == []


def test_a_statement_is_prepared_once_in_each_connection() -> None:
    @Statement
    def users(name: str) -> "QuerySet[User, int]":
        return User.objects.filter(username=name).values_list("pk", flat=True)

    def prepared() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'users_%%'", [])
            return int(cursor.fetchone()[0])

    assert users(str(uuid.uuid4())) == users("nobody") == []
    assert prepared() == 1
    counts = []

    def elsewhere() -> None:
        try:
            counts.append(prepared())
            users("nobody")
            counts.append(prepared())
        finally:
            connection.close()

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert counts == [0, 1]


@pytest.mark.django_db(transaction=True)
def test_a_new_connection_of_the_same_thread_knows_nothing_yet() -> None:
    for _connection in range(2):
        with transaction.atomic():
            assert offices_of("school") == []
            assert offices_of("school") == []
        connection.close()
    assert offices_of("school") == []


def test_what_watches_statements_sees_these_too() -> None:
    seen = []

    def watch(execute: object, sql: str, *given: object) -> object:
        seen.append(sql)
        return execute(sql, *given)

    offices_of("school")
    with connection.execute_wrapper(watch):
        offices_of("school")
    assert len(seen) == 1
