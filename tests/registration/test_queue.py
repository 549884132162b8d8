"""The list of registrations (U11, U13)."""

import datetime
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from enrollment.registration.models import Registration
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.policy.terms import Material
from tests import factories as make

from .makers import TODAY, Chain, State, person, register
from .pages import BIRTH, signed_in, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]
S = Registration.Status


def test_the_queue_groups_ones_own_work_by_urgency(chain: Chain) -> None:
    for days, name in ((-1, "逾期者"), (0, "今日者"), (2, "将到者"), (5, "以后者")):
        row = register(chain.community, who=person(name=name))
        Registration.objects.filter(pk=row.pk).update(due_on=TODAY + datetime.timedelta(days=days))
    register(chain.community, who=person(name="缺件者"), materials={Material.ID_CARD: State.MISSING})
    seen = text(signed_in(chain.community).get(reverse("registrations")))
    order = ("逾期者", "Due today", "今日者", "Due soon", "将到者", "Due later", "以后者", "Without a term", "缺件者")
    places = [seen.index(said) for said in order]
    assert places == sorted(places)
    assert "Overdue" in seen


def test_the_filters_stand_in_the_address(chain: Chain) -> None:
    first = register(chain.community, who=person(name="张三"))
    second = register(chain.community, who=person(name="李四"))
    chain.do("forward", second, chain.community)
    client = signed_in(chain.community)
    address = reverse("registrations")

    def numbers(**query: str) -> set[str]:
        return set(re.findall(r"/registrations/(R2009-\d+)/", client.get(address, query).content.decode()))

    assert numbers() == {first.number}
    assert numbers(view="open") == {first.number, second.number}
    assert numbers(view="all", q="zhang") == {first.number}
    assert numbers(view="all", q="四") == {second.number}
    assert numbers(q=second.number) == set()
    assert numbers(view="all", q=second.number.lower()) == {second.number}
    assert numbers(status=S.AT_SUBDISTRICT) == {second.number}
    assert numbers(view="all", office=str(chain.community.office and chain.community.office.code)) == {
        first.number,
        second.number,
    }
    assert numbers(view="nonsense") == {first.number}


def test_an_id_number_is_no_filter(chain: Chain) -> None:
    response = signed_in(chain.community).get(reverse("registrations"), {"q": make.id_number(BIRTH, "M")})
    assert "box at the top" in text(response)


def test_the_queue_asks_the_database_the_same_for_one_row_and_for_three(chain: Chain) -> None:
    client = signed_in(chain.community)
    address = reverse("registrations")

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert client.get(address).status_code == 200
        return len(caught)

    register(chain.community)
    queries()
    one = queries()
    for _ in range(2):
        register(chain.community, materials={Material.ID_CARD: State.MISSING})
    assert queries() == one


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("subdistrict", S.AT_SUBDISTRICT),
        ("district", S.AT_DISTRICT),
        ("clerk", S.AT_AGENCY),
        ("reviewer", S.AT_AGENCY),
    ],
)
def test_each_office_sees_what_waits_for_it(chain: Chain, who: str, status: str) -> None:
    registration = chain.at(status)
    seen = text(signed_in(getattr(chain, who)).get(reverse("registrations")))
    assert registration.number in seen


def test_the_supervisor_looks_only(chain: Chain) -> None:
    registration = chain.at(S.AT_DISTRICT)
    client = signed_in(make.actor(Role.SUPERVISOR))
    assert registration.number in text(client.get(reverse("registrations")))
    html = client.get(reverse("registration", args=[registration.number])).content.decode()
    assert "/approve/" not in html
    assert client.post(reverse("registration-approve", args=[registration.number])).status_code == 403
