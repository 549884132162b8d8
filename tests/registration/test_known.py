"""Who is on record already, and children who may be: what the counter is told before it submits (U5)."""

import datetime

import pytest
from django.urls import reverse

from enrollment.life.models import Transfer
from enrollment.registration.models import Resident
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories as make

from .makers import Chain, other_community
from .pages import BIRTH, answers, begin, signed_in, submit, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]
BORN = datetime.date(2009, 9, 20)


def newborn_answers(**values: str) -> dict[str, str]:
    born = {"no_number": "on", "birth_date": BORN.isoformat(), "sex": "F", "hukou_since": BORN.isoformat()}
    return answers(id_number="", name="小宝") | born | values


def test_what_submitting_changes_of_the_record_is_said_before(chain: Chain) -> None:
    """Nothing of a person on record is overwritten silently: neither by a slip of the hand nor by an old draft."""
    resident = make.resident(birth=BIRTH, name="欧阳明", address="旧街9号", phone="13904190001")
    client = signed_in(chain.community)
    typed = answers(id_number=resident.id_number or "")
    documents = client.post(begin(client), typed).headers["Location"]
    check = client.post(documents, {"all_present": "yes", "supplementary": "on"}).headers["Location"]
    said = text(client.get(check))
    assert "This changes what is on record" in said
    assert "欧阳明 → 欧阳明远" in said
    assert "旧街9号 → 中华大街1号" in said
    assert "Telephone" not in said[said.index("This changes") : said.index("中华大街1号")]


def test_nothing_is_said_where_nothing_changes(chain: Chain) -> None:
    resident = make.resident(birth=BIRTH, name="欧阳明远", address="中华大街1号", phone="13904190001")
    client = signed_in(chain.community)
    documents = client.post(begin(client), answers(id_number=resident.id_number or "")).headers["Location"]
    check = client.post(documents, {"all_present": "yes"}).headers["Location"]
    assert "This changes what is on record" not in text(client.get(check))


def test_the_number_of_a_newborn_on_record_leads_to_it_before_submitting(chain: Chain) -> None:
    baby = make.resident(birth=BORN, sex="F", name="小宝", id_number=None)
    client = signed_in(chain.community)
    page_1 = begin(client)
    typed = answers(id_number=make.id_number(BORN, "F"), name="小宝")
    live = client.post(reverse("id-lookup"), typed | {"draft": page_1.split("/")[-2]}).content.decode()
    assert baby.number in live
    documents = client.post(page_1, typed).headers["Location"]
    check = client.post(documents, {"all_present": "yes"}).headers["Location"]
    said = text(client.get(check))
    assert "This changes what is on record" in said
    assert typed["id_number"] not in said


@pytest.mark.parametrize("numbered", [False, True], ids=["still without", "with its number"])
def test_a_child_registered_elsewhere_without_a_number_can_be_asked_for(chain: Chain, numbered: bool) -> None:
    """All that is shown of it is the community, and only to who types name, sex and day of birth."""
    home = other_community()
    baby = make.resident(birth=BORN, sex="F", name="小宝", id_number=None, home=home, address="外街7号")
    client = signed_in(chain.community)
    page_1 = begin(client)
    typed = answers(id_number=make.id_number(BORN, "F"), name="小宝") if numbered else newborn_answers()
    live = client.post(reverse("id-lookup"), typed | {"draft": page_1.split("/")[-2]}).content.decode()
    assert "A child like this is registered elsewhere" in live
    assert f'name="child_in" value="{home.code}"' in live
    assert baby.number not in live
    documents = client.post(page_1, typed).headers["Location"]
    check = client.post(documents, {"all_present": "yes"}).headers["Location"]
    said = text(client.get(check))
    assert "A child like this is registered elsewhere" in said
    assert home.label in said
    asked = client.post(reverse("transfer-ask"), typed | {"child_in": home.code})
    assert asked.status_code == 200
    assert home.label in text(asked)
    assert baby.number not in asked.content.decode()
    given = {"ref": asked.context["form"].initial["ref"], "moved_on": "2009-10-01", "reason": "户口簿"}
    client.post(reverse("transfer-ask"), given | {"address": ""})
    row = Transfer.objects.get()
    assert (row.resident_id, row.from_community, row.to_community) == (baby.pk, home, chain.community.office)


@pytest.mark.parametrize(
    "change",
    [{"name": "小贝"}, {"sex": "M"}, {"birth_date": "2009-09-21"}],
    ids=["another name", "another sex", "another day"],
)
def test_another_child_is_not_spoken_of(chain: Chain, change: dict[str, str]) -> None:
    home = other_community()
    make.resident(birth=BORN, sex="F", name="小宝", id_number=None, home=home)
    client = signed_in(chain.community)
    typed = newborn_answers(**change)
    live = client.post(reverse("id-lookup"), typed | {"draft": begin(client).split("/")[-2]}).content.decode()
    assert "registered elsewhere" not in live
    client.post(reverse("transfer-ask"), typed | {"child_in": home.code})
    assert not Transfer.objects.exists()


def test_it_may_be_another_child_then_registering_goes_on(chain: Chain) -> None:
    make.resident(birth=BORN, sex="F", name="小宝", id_number=None, home=other_community())
    client = signed_in(chain.community)
    submit(client, begin(client), newborn_answers())
    assert Resident.objects.count() == 2
    assert not AuditEntry.objects.filter(verb="transfers.ask").exists()


def test_a_school_is_told_of_no_child_elsewhere() -> None:
    make.resident(birth=BORN, sex="F", name="小宝", id_number=None, home=other_community())
    client = signed_in(make.actor(Role.SCHOOL))
    typed = newborn_answers(community=str(make.community().pk))
    live = client.post(reverse("id-lookup"), typed | {"draft": begin(client).split("/")[-2]}).content.decode()
    assert "registered elsewhere" not in live


def test_a_number_typed_to_its_end_with_a_slip_is_told_at_once(chain: Chain) -> None:
    client = signed_in(chain.community)
    draft = begin(client).split("/")[-2]
    number = make.id_number(BIRTH, "M")
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
    live = text(client.post(reverse("id-lookup"), {"id_number": wrong, "draft": draft}))
    assert "The check digit does not fit" in live
    # While it is still being typed nothing is held against it.
    live = text(client.post(reverse("id-lookup"), {"id_number": number[:11], "draft": draft}))
    assert "places" not in live
