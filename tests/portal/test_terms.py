"""What is typed to find somebody stands in no address: it is kept for a day, for who typed it."""

import datetime
import re
import uuid
from typing import Any

import pytest
from django.test import Client

from enrollment.registration.names import sort_key
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import User
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.web import terms
from liaoyang_medins.kernel.web.models import StoredTerm
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def on_the_day(settings: Any) -> None:
    settings.BUSINESS_DATE = "2009-03-02"
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def clerk() -> Actor:
    return factories.actor(Role.AGENCY_CLERK, username="clerk")


def signed_in(actor: Actor) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


def test_a_list_is_filtered_by_a_term_that_no_address_holds(clerk: Actor) -> None:
    client = signed_in(clerk)
    asked = {"to": "/stays/", "q": "王小明", "status": "all", "page": "3", "institution": ""}
    landed = client.post("/find/", asked)["Location"]
    assert re.fullmatch(r"/stays/\?status=all&find=[0-9a-f-]{36}", landed)
    page = client.get(landed)
    content = page.content.decode()
    assert 'value="王小明"' in content
    addresses = re.findall(r'(?:href|action)="([^"]*)"', content)
    assert not any("q=" in address or "%E7%8E%8B" in address for address in addresses)
    # The other tabs go on with it; the chip takes it away.
    assert sum("find=" in address for address in addresses) > 3
    chip = next(address for address in re.findall(r'class="chip" href="([^"]*)"', content) if "find" not in address)
    assert "status=all" in chip
    # Reload and Back are the same address.
    assert client.get(landed).status_code == 200


def test_it_is_ones_own_and_lasts_a_day(clerk: Actor) -> None:
    other = factories.actor(Role.AGENCY_CLERK, username="other")
    key = terms.store(clerk.user_id or 0, " 王小明 ")
    assert terms.stored(clerk.user_id or 0, str(key)) == "王小明"
    assert terms.stored(other.user_id or 0, str(key)) is None
    assert terms.stored(clerk.user_id or 0, "nonsense") is None
    assert terms.stored(clerk.user_id or 0, str(uuid.uuid4())) is None
    StoredTerm.objects.update(made_at=clock.now() - datetime.timedelta(hours=25))
    assert terms.stored(clerk.user_id or 0, str(key)) is None
    page = signed_in(clerk).get(f"/stays/?find={key}&status=all", follow=True)
    assert "kept for a day only" in page.content.decode()
    terms.store(clerk.user_id or 0, "x")
    assert StoredTerm.objects.count() == 1


@pytest.mark.parametrize("to", ["https://example.org/", "//example.org/", "javascript:alert(1)", ""])
def test_it_leads_nowhere_else(clerk: Actor, to: str) -> None:
    assert signed_in(clerk).post("/find/", {"to": to, "q": "x"})["Location"].startswith("/?find=")


def test_without_a_term_the_other_filters_stay(clerk: Actor) -> None:
    assert signed_in(clerk).post("/find/", {"to": "/stays/?x=1", "q": " ", "status": "all"})["Location"] == (
        "/stays/?status=all"
    )
    assert not StoredTerm.objects.exists()


def test_a_search_survives_reload_and_its_person_is_found_later(clerk: Actor) -> None:
    client = signed_in(clerk)
    number = factories.id_number(datetime.date(1940, 5, 6), "M")
    landed = client.post("/search/", {"q": number})["Location"]
    assert number not in landed
    page = client.get(landed).content.decode()
    assert number not in page
    person = factories.resident(id_number=number, name="王小明", pinyin=sort_key("王小明"))
    assert client.get(landed)["Location"] == f"/residents/{person.number}/"


def test_what_finds_nothing_of_a_person_stays_in_the_address(clerk: Actor) -> None:
    content = signed_in(clerk).get("/catalogue/").content.decode()
    form = content[content.index('class="filters"') :]
    assert form.startswith('class="filters" method="get"')
