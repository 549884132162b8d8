"""Many at once: what is read ahead and written later is what would have been read and written one by one."""

import datetime
import json

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import F, QuerySet
from django.test.utils import CaptureQueriesContext

from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.offices.models import Office, Posting
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.statements import (
    OneOf,
    Statement,
    Stencil,
    batch,
    insert,
    insert_all,
    insert_numbered,
    next_number,
    update,
)
from tests import factories

from .test_statements import entry

pytestmark = pytest.mark.django_db


@Statement
def below(parent: int) -> QuerySet[Office]:
    return Office.objects.select_related("parent").filter(parent=parent).exclude(code="100%").order_by("-code")


@Statement
def named(parent: int, names: list[int], since: datetime.date) -> "QuerySet[Posting, str]":
    rows = Posting.objects.filter(OneOf(F("office"), names), office__parent=parent, starts__gte=since)
    return rows.order_by("pk").values_list("user__username", flat=True)


@Statement
def locked(code: str) -> QuerySet[Office]:
    return Office.objects.select_for_update(of=("self",)).filter(code=code).order_by()


def communities(count: int) -> tuple[Office, list[Office]]:
    parent = factories.community().parent
    assert parent is not None
    rows = [Office(kind="community", code=f"Z{place}", name=f"社区{place}", parent=parent) for place in range(count)]
    insert_all(rows)
    return parent, rows


def asked(captured: CaptureQueriesContext) -> int:
    return len(captured.captured_queries)


def written() -> list[str]:
    return list(AuditEntry.objects.order_by("id").values_list("object_number", flat=True))


# --- reading ---------------------------------------------------------------------------------------------------------


def test_what_is_read_ahead_is_what_each_would_have_read() -> None:
    parent, _rows = communities(3)
    keys = [parent.pk, parent.parent_id, 0]
    alone = [[(row.code, row.parent.name if row.parent else "") for row in below(key)] for key in keys]
    assert [len(rows) for rows in alone] == [4, 1, 0]
    with batch():
        with CaptureQueriesContext(connection) as captured:
            below.ahead([(key,) for key in keys])
        assert asked(captured) == 1
        with CaptureQueriesContext(connection) as captured:
            found = [[(row.code, row.parent.name if row.parent else "") for row in below(key)] for key in keys]
            assert below.first(0) is None
        assert asked(captured) == 0
    assert found == alone


def test_lists_and_days_are_values_too() -> None:
    office = factories.community()
    user = factories.actor(Role.COMMUNITY, username="clerk").name
    day = factories.LAW
    keys = [
        (office.parent_id, [office.pk, 0], day),
        (office.parent_id, [office.pk], day + datetime.timedelta(days=1)),
        (office.parent_id, [], day),
    ]
    with batch():
        named.ahead(keys)
        with CaptureQueriesContext(connection) as captured:
            assert [named(*key) for key in keys] == [[user], [], []]
        assert asked(captured) == 0


def test_what_was_not_read_ahead_is_asked() -> None:
    parent, _rows = communities(1)
    with batch():
        below.ahead([])
        assert len(below(parent.pk)) == 2


def test_a_lock_that_found_nothing_ahead_is_asked_for_again() -> None:
    """Somebody may have changed the row between the two."""
    with batch():
        locked.ahead([("NEW",)])
        Office.objects.create(kind="area", code="NEW", name="新")
        assert locked.under_lock("NEW") is not None


def test_a_change_makes_what_was_read_ahead_old_until_the_next_turn() -> None:
    parent, (first, second) = communities(2)
    with batch() as held:
        below.ahead([(parent.pk,), (first.pk,)])
        held.turn()
        Office.objects.create(kind="community", code="Y", name="新", parent=parent)
        assert len(below(parent.pk)) == 4
        held.turn()
        with CaptureQueriesContext(connection) as captured:
            assert below(first.pk) == []
        assert asked(captured) == 0
        second.name = "改"
        update(second, "name")
        assert [row.name for row in below(parent.pk) if row.pk == second.pk] == ["改"]


def test_reading_ahead_needs_a_batch() -> None:
    with pytest.raises(LookupError):
        below.ahead([(1,)])
    with pytest.raises(LookupError):
        below.known(1, rows=[])


# --- writing ---------------------------------------------------------------------------------------------------------


def test_what_is_written_comes_in_one_statement_a_table_and_is_what_it_was_at_the_time() -> None:
    _parent, rows = communities(3)
    with CaptureQueriesContext(connection) as captured, batch() as held:
        for row in rows:
            held.turn()
            row.name = "一次"
            update(row, "name")
            insert(entry(row.code))
            row.name = "没写"
    acts = [query["sql"].split("(")[0].rstrip("_0123456789") for query in captured.captured_queries]
    assert [act for act in acts if act.startswith(("EXECUTE", "COPY"))] == [
        "EXECUTE update_all_office",
        'COPY "audit_auditentry" ',
    ]
    assert written() == ["Z0", "Z1", "Z2"]
    assert set(Office.objects.filter(pk__in=[row.pk for row in rows]).values_list("name", flat=True)) == {"一次"}


def test_whoever_asks_finds_what_was_written_before() -> None:
    with batch():
        row = entry("A")
        insert(row)
        assert AuditEntry.objects.get(pk=row.pk).object_number == "A"
        insert(entry("B"))
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM audit_auditentry")
            assert cursor.fetchone() == (2,)


def test_the_same_row_can_be_written_twice() -> None:
    _parent, (row,) = communities(1)
    with batch():
        for name in ("一", "二", "三"):
            row.name = name
            update(row, "name")
    row.refresh_from_db()
    assert row.name == "三"


def test_what_one_turn_writes_keeps_its_order() -> None:
    """The unique code is free only once the first row has given it up."""
    parent, rows = communities(2)
    with batch() as held:
        # Another turn that had it the other way round.
        insert(Office(kind="community", code="W", name="新", parent=parent))
        for row in rows:
            held.turn()
            code, row.code = row.code, f"OLD{row.code}"
            update(row, "code")
            insert(Office(kind="community", code=code, name="新", parent=parent))
    assert set(Office.objects.filter(parent=parent).values_list("code", flat=True)) >= {"Z0", "OLDZ0", "Z1", "OLDZ1"}


def test_numbers_and_keys_are_drawn_ahead() -> None:
    from enrollment.registration.models import Resident

    community = factories.community()
    day = datetime.date(2009, 5, 1)
    with batch():
        rows = [Resident(name="甲", sex="F", birth_date=day, community=community) for _ in range(450)]
        for row in rows:
            insert_numbered(row, "resident", day)
        assert len({row.number for row in rows}) == len({row.pk for row in rows}) == 450
    found = Resident.objects.order_by("pk").values_list("pk", "number")
    assert list(found) == [(row.pk, row.number) for row in rows]
    # Whoever comes afterwards draws others.
    later = factories.resident()
    assert later.pk > rows[-1].pk


def test_a_free_key_is_written_later_and_a_taken_one_says_so_at_once() -> None:
    taken = factories.area()
    with batch() as held:
        held.free(Office, ("code",), [("FREE",)])
        assert insert(Office(kind="area", code="FREE", name="甲"), unless_taken=("code",))
        assert not insert(Office(kind="area", code="FREE", name="乙"), unless_taken=("code",))
        assert not insert(Office(kind="area", code=taken.code, name="丙"), unless_taken=("code",))
        assert insert(Office(kind="area", code="OTHER", name="丁"), unless_taken=("code",))
    assert list(Office.objects.filter(kind="area").order_by("code").values_list("name", flat=True)) == sorted(
        ["甲", "丁", taken.name], key=lambda name: {"甲": "FREE", "丁": "OTHER"}.get(name, taken.code)
    )


ODD = ("", "Z\\N\t\n\r\\", r"\N", "100%s %(x)s %", "“社区”", '{"a", b}')


@pytest.mark.parametrize("text", ODD)
def test_what_is_written_later_comes_out_as_it_went_in(text: str) -> None:
    changes = {text: [text, None, 1, True, {"in": text}]}
    day = datetime.date(2009, 2, 3)
    with batch():
        insert(entry("A", note=text, changes=changes, business_date=day, user_id=None))
    found = AuditEntry.objects.get()
    assert (found.note, found.changes, found.business_date, found.user_id) == (text, changes, day, None)


@pytest.mark.parametrize("text", ODD)
def test_a_stencil_writes_what_the_rows_would_be(text: str) -> None:
    like = entry("?", note=text, changes={"same": text, "own": "?"}, resident="?")
    with batch():
        stencil = Stencil(like, "resident", "object_number", "changes")
        insert(entry("A"))
        for own in ("B", text):
            stencil.insert(own, text, json.dumps({"own": own}))
    first, *others = AuditEntry.objects.order_by("pk")
    assert first.object_number == "A"
    for row, own in zip(others, ("B", text), strict=True):
        assert (row.resident, row.object_number, row.changes) == (own, text, {"own": own})
        assert (row.note, row.at, row.actor_name, row.verb) == (text, like.at, like.actor_name, like.verb)


def test_numbers_for_a_stencil_are_those_of_the_kind() -> None:
    day = datetime.date(2009, 5, 1)
    with batch():
        drawn = [next_number("notice", day) for _ in range(3)]
    assert len(set(drawn)) == 3
    assert all(number.startswith("N2009-") for number in drawn)


def test_stencils_need_a_batch_and_columns_that_are_there() -> None:
    stencil = Stencil(entry("A"), "object_number")
    with pytest.raises(LookupError):
        stencil.insert("B")
    with pytest.raises(LookupError):
        next_number("notice", datetime.date(2009, 5, 1))
    with pytest.raises(ValueError, match="colour"):
        Stencil(entry("A"), "colour")


# --- what goes wrong -------------------------------------------------------------------------------------------------


class Fault(Exception):
    """What goes wrong in the middle."""


def fail(*, after: str, looking: bool = False) -> None:
    insert(entry(after))
    if looking:
        assert after in written()
    raise Fault


def test_of_an_inner_transaction_that_fails_nothing_is_left() -> None:
    with batch():
        insert(entry("A"))
        for looking in (True, False):
            with pytest.raises(Fault), transaction.atomic():
                fail(after="B", looking=looking)
        with pytest.raises(IntegrityError), transaction.atomic():
            Office.objects.create(kind="community", code="C1", name="无上级")
        with transaction.atomic():
            insert(entry("C"))
        insert(entry("D"))
    assert written() == ["A", "C", "D"]


def test_a_block_that_fails_leaves_nothing_to_commit() -> None:
    with transaction.atomic():
        with pytest.raises(Fault), batch():
            fail(after="A")
        assert connection.get_rollback()
        transaction.set_rollback(False)
    assert written() == []


@pytest.mark.parametrize("gone", [0, 10**9])
def test_a_row_that_is_gone_is_missed(gone: int) -> None:
    _parent, (row,) = communities(1)

    def change() -> None:
        with transaction.atomic(), batch():
            update(row, "name")
            update(Office(pk=gone, kind="area", code="X", name="无"), "name")

    with pytest.raises(DatabaseError, match="1 of 2 rows"):
        change()


def test_what_the_constraints_refuse_is_refused_when_it_is_written() -> None:
    code = factories.area().code
    with pytest.raises(IntegrityError), transaction.atomic(), batch():
        insert(Office(kind="area", code=code, name="重复"))


def test_a_batch_lies_in_a_transaction_and_in_no_other() -> None:
    with batch(), pytest.raises(RuntimeError), batch():
        raise AssertionError("not reached")


@pytest.mark.django_db(transaction=True)
def test_a_batch_without_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError), batch():
        raise AssertionError("not reached")


def test_values_of_an_unknown_type_are_refused() -> None:
    with batch(), pytest.raises(TypeError):
        below.ahead([(1.5,)])
    with batch(), pytest.raises(TypeError):
        Stencil(entry("A"), "object_number").insert(1.5)
