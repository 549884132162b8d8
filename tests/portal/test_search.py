"""Search: numbers lead to their object, names to a list, always within what one may see."""

import datetime
import re
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from enrollment.registration.models import Circumstance, Resident
from enrollment.registration.names import sort_key
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office, User
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.portal import search
from tests import factories

NEIGHBOUR = "211002001002"


@pytest.fixture(autouse=True)
def on_the_day(settings: Any) -> None:
    settings.BUSINESS_DATE = "2009-03-02"


def person(name: str, home: Office | None = None, **values: Any) -> Resident:
    return factories.resident(name=name, home=home, pinyin=sort_key(name), **values)


@pytest.fixture
def clerk(db: None) -> Actor:
    return factories.actor(Role.COMMUNITY, username="clerk")


def names(text: str, actor: Actor) -> list[str]:
    return [found.name for found in search.residents_named(text, actor)]


def signed_in(client: Client, actor: Actor) -> Client:
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


# --- names ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("王", ["王芳", "王小明"]),
        ("小", ["李小明", "王小明"]),
        ("小明", ["李小明", "王小明"]),
        ("王明", []),
        ("王小明", ["王小明"]),
        ("王小明明", []),
        ("wang", ["王芳", "王小明"]),
        ("Wang Xiao", ["王小明"]),
        ("wangxiaom", ["王小明"]),
        ("xiaoming", []),
        ("", []),
        ("  ", []),
        ("%", []),
        ("_", []),
    ],
)
def test_a_part_of_a_name(clerk: Actor, text: str, found: list[str]) -> None:
    for name in ("王小明", "李小明", "王芳"):
        person(name)
    assert names(text, clerk) == found


def test_names_of_every_length(clerk: Actor) -> None:
    for name in ("欧阳娜娜", "阿", "Anna Li", "买买提·吐尔逊"):
        person(name)
    assert names("娜娜", clerk) == ["欧阳娜娜"]
    assert names("阿", clerk) == ["阿"]
    assert names("anna", clerk) == ["Anna Li"]
    assert names("提·吐", clerk) == ["买买提·吐尔逊"]


def test_a_quote_in_a_name_is_only_a_quote(clerk: Actor) -> None:
    person("王'; --")
    assert names("'; ", clerk) == []
    assert names("王'", clerk) == ["王'; --"]


def test_each_sees_their_own(clerk: Actor) -> None:
    person("王近")
    far = person("王远", factories.community(NEIGHBOUR))
    pupil = person("王学", factories.community(NEIGHBOUR))
    factories.circumstance(
        pupil, Circumstance.Kind.STUDENT, "school", starts=datetime.date(2008, 9, 1), school=factories.school()
    )
    assert names("王", clerk) == ["王近"]
    assert names("王", factories.actor(Role.SCHOOL)) == ["王学"]
    assert set(names("王", factories.actor(Role.SUBDISTRICT))) == {"王近", "王远", "王学"}
    assert set(names("王", factories.actor(Role.AGENCY_CLERK))) == {"王近", "王远", "王学"}
    assert names("王", factories.actor(Role.CITY_FINANCE)) == []
    assert search.find(far.number, clerk) is None
    assert search.find(far.id_number or "", clerk) is None


# --- numbers -------------------------------------------------------------------------------------------------------


def test_an_id_number_in_every_spelling(clerk: Actor) -> None:
    number = factories.id_number(datetime.date(1940, 5, 6), "M")
    found = person("王小明", id_number=number)
    address = f"/residents/{found.number}/"
    spaced = f"{number[:6]} {number[6:14]} {number[14:]}"
    for text in (number, number.lower(), spaced, number[:6] + number[8:17]):
        assert search.find(text, clerk) == address


def test_a_personal_number_in_every_spelling(clerk: Actor) -> None:
    found = person("王小明")
    for text in (found.number, found.number.lower(), found.number.replace("-", ""), f" {found.number} "):
        assert search.find(text, clerk) == f"/residents/{found.number}/"
    year, serial = re.fullmatch(r"P(\d+)-0*(\d+)", found.number).groups()  # type: ignore[union-attr]
    assert search.find(f"p{year}-{serial}", clerk) == f"/residents/{found.number}/"


@pytest.mark.parametrize("text", ["", "P", "X2009-0000001", "P2009-", "N2009-0000001", "1234", "110101190001010000"])
def test_numbers_that_lead_nowhere(clerk: Actor, text: str) -> None:
    assert search.find(text, clerk) is None


@pytest.mark.parametrize("kind", sorted(search.KINDS))
def test_every_kind_of_number_can_be_looked_for_by_everybody(kind: str, db: None) -> None:
    for role in Role:
        if role is not Role.HOSPITAL:
            assert search.find(f"{kind}2009-0000001", factories.actor(role)) is None


# --- the page ------------------------------------------------------------------------------------------------------


def test_a_number_leads_to_its_page(client: Client, clerk: Actor) -> None:
    found = person("王小明")
    response = signed_in(client, clerk).post("/search/", {"q": found.number})
    assert (response.status_code, response["Location"]) == (302, f"/residents/{found.number}/")


def test_a_name_has_an_address_of_its_own(client: Client, clerk: Actor) -> None:
    person("王小明")
    response = signed_in(client, clerk).post("/search/", {"q": " 王小 "})
    assert re.fullmatch(r"/search/\?find=[0-9a-f-]{36}", response["Location"])
    page = client.get(response["Location"]).content.decode()
    assert "王小明" in page


def test_an_empty_search_asks_for_something(client: Client, clerk: Actor) -> None:
    assert signed_in(client, clerk).post("/search/", {"q": "  "})["Location"] == "/search/"
    assert client.get("/search/").status_code == 200


def test_a_long_list_is_cut_and_says_so(client: Client, clerk: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "AT_MOST", 2)
    for number in range(3):
        person(f"王{chr(0x4E00 + number)}")
    page = signed_in(client, clerk).post("/search/", {"q": "王"}, follow=True)
    assert len(page.context["residents"]) == 2
    assert page.context["more"] is True


def test_the_administrator_finds_users_and_offices(client: Client, db: None) -> None:
    factories.community()
    page = signed_in(client, factories.actor(Role.ADMINISTRATOR, username="keeper")).post(
        "/search/", {"q": "社区"}, follow=True
    )
    assert "/administration/offices/211002001001/" in page.content.decode()
    page = client.get("/search/", {"q": "keep"}, follow=True)
    assert "/administration/user/keeper/" in page.content.decode()
    assert "residents" not in page.context


@pytest.mark.parametrize(
    ("text", "sensitive"), [("王小明", False), ("12345", False), ("123456", True), ("１２３４５６", True)]
)
def test_what_is_not_shown_again(text: str, sensitive: bool) -> None:
    assert search.is_sensitive(text) is sensitive


def test_search_needs_a_signed_in_user(client: Client, db: None) -> None:
    assert AnonymousUser().is_authenticated is False
    assert client.post("/search/", {"q": "王"}).status_code == 302
