"""The first of those with a name: in order, and found without reading all who have it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from enrollment.registration.models import Resident
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.portal import search
from tests import factories

pytestmark = pytest.mark.django_db
PEOPLE = (("王小明", "wang xiao ming"), ("李王", "li wang"), ("王安", "wang an"), ("陈小王", "chen xiao wang"))


@pytest.fixture
def clerk() -> Actor:
    return factories.actor(Role.AGENCY_CLERK)


def people(*known: tuple[str, str], home: str = "211002001001") -> None:
    for name, pinyin in known:
        factories.resident(name=name, pinyin=pinyin, home=factories.community(home))


def found(text: str, actor: Actor, at_most: int = 50) -> list[str]:
    return [row.name for row in search.first_named(text, actor, at_most)]


def test_of_one_character_the_surname_comes_first_and_each_group_by_its_sound(clerk: Actor) -> None:
    people(*PEOPLE)
    assert found("王", clerk) == ["王安", "王小明", "陈小王", "李王"]
    assert found("小", clerk) == ["陈小王", "王小明"]
    assert found("小王", clerk) == ["陈小王"]
    assert found("王 小明", clerk) == ["王小明"]
    assert found("赵", clerk) == found("", clerk) == []


def test_no_more_are_given_than_asked_for(clerk: Actor) -> None:
    people(*PEOPLE)
    assert [found("王", clerk, at_most) for at_most in (1, 2, 3)] == [
        ["王安"],
        ["王安", "王小明"],
        ["王安", "王小明", "陈小王"],
    ]


def test_sounds_are_compared_from_the_start_without_blanks(clerk: Actor) -> None:
    people(*PEOPLE)
    assert found("wang", clerk) == found("Wang ", clerk) == ["王安", "王小明"]
    assert found("wangxiao", clerk) == ["王小明"]
    assert found("xiao", clerk) == []


def test_an_office_finds_its_own() -> None:
    people(*PEOPLE[:2])
    people(*PEOPLE[2:], home="211003001001")
    clerk = factories.actor(Role.COMMUNITY, factories.community("211003001001"))
    assert (found("王", clerk), found("wang", clerk)) == (["王安", "陈小王"], ["王安"])


def test_of_what_very_many_have_some_are_put_in_order(clerk: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "READ", 2)
    people(("丁国强", "ding guo qiang"), ("安国庆", "an guo qing"), ("白国华", "bai guo hua"))
    some = found("国", clerk)
    assert len(some) == 2
    assert some == sorted(some, key=["安国庆", "白国华", "丁国强"].index)


@pytest.mark.parametrize(
    ("text", "index"),
    [("甲", "resident_surname"), ("一", "resident_name_parts"), ("jiayi", "resident_sounds_in_order")],
)
def test_the_indexes_are_used_and_what_is_read_does_not_grow(clerk: Actor, text: str, index: str) -> None:
    Resident.objects.bulk_create(
        Resident(
            number=f"P2008-{number:07d}",
            name=f"{'丙' if number % 10 else '甲'}乙{chr(0x4E00 + number % 2000)}",
            pinyin=f"{'bing' if number % 10 else 'jia'} yi {number:05d}",
            sex="M",
            birth_date=factories.LAW,
            community=factories.community(),
        )
        for number in range(6000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE registration_resident")
    with CaptureQueriesContext(connection) as captured:
        search.first_named(text, clerk, 51)
    with connection.cursor() as cursor:
        plans = []
        for query in captured.captured_queries:
            cursor.execute(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) {query['sql']}")
            plans.append("\n".join(line for (line,) in cursor.fetchall()))
    assert any(index in plan for plan in plans)
    assert not any("Seq Scan on registration_resident" in plan for plan in plans)
