"""What is typed survives the end of a session on every form, and is shown to nobody else (U2)."""

import datetime
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.models import User
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.web.models import KeptForm
from tests import factories as make
from tests.registration.makers import TODAY, Chain
from tests.registration.pages import text
from tests.scans import PNG

pytestmark = pytest.mark.django_db
REASON = "照片模糊，请重新提交"


@pytest.fixture(autouse=True)
def _day(settings: Any) -> None:
    settings.BUSINESS_DATE = TODAY.isoformat()
    settings.LANGUAGE_CODE = "en"


def sign_in(client: Client, username: str, then: str = "") -> Any:
    given = {"username": username, "password": "demo-password-1", "next": then}
    return client.post(reverse("sign-in"), given)


def name_of(pk: int | None) -> str:
    return User.objects.get(pk=pk or 0).username


def test_a_reason_typed_before_the_session_ended_is_sent_after_it() -> None:
    chain = Chain()
    row, username = chain.at("at_district"), name_of(chain.district.user_id)
    client = Client(headers={"accept-language": "en"})
    sign_in(client, username)
    Session.objects.all().delete()
    address = reverse("registration-return", args=[row.number])
    typed = {"return-version": row.version, "return-reason": REASON, "csrfmiddlewaretoken": "x"}
    to = client.post(address, typed).headers["Location"]
    row.refresh_from_db()
    assert row.status == "at_district"
    kept = KeptForm.objects.get()
    assert set(kept.data) == {"return-version", "return-reason"}
    assert REASON not in to
    again = reverse("form-again", args=[kept.pk])
    assert "what you had typed is still there" in text(client.get(to))
    assert sign_in(client, username, again).headers["Location"] == again
    page = client.get(again)
    html = page.content.decode()
    assert f'action="{address}"' in html
    assert f'value="{REASON}"' in html
    assert "no-store" in page.headers["Cache-Control"]
    client.post(address, {name: values[0] for name, values in kept.data.items()})
    row.refresh_from_db()
    assert row.status == "returned"


def test_it_is_ones_own_and_lasts_a_day() -> None:
    mine, other = make.actor(Role.DISTRICT), make.actor(Role.DISTRICT)
    client = Client()
    sign_in(client, name_of(mine.user_id))
    Session.objects.all().delete()
    client.post(reverse("search"), {"q": "王"})
    again = reverse("form-again", args=[KeptForm.objects.get().pk])
    sign_in(client, name_of(other.user_id), again)
    assert client.get(again).status_code == 404
    sign_out = client.post(reverse("sign-out"))
    assert sign_out.cookies["worked-as"]["max-age"] == 0
    sign_in(client, name_of(mine.user_id), again)
    assert client.get(again).status_code == 200
    KeptForm.objects.update(made_at=clock.now() - datetime.timedelta(hours=25))
    assert client.get(again).status_code == 404


def test_nothing_is_kept_for_nobody_nor_after_signing_out_nor_without_end() -> None:
    mine = make.actor(Role.DISTRICT)
    client = Client()
    client.post(reverse("search"), {"q": "王"})
    sign_in(client, name_of(mine.user_id))
    client.post(reverse("sign-out"))
    client.post(reverse("search"), {"q": "王"})
    client.cookies["worked-as"] = f"{mine.user_id}:forged"
    client.post(reverse("search"), {"q": "王"})
    sign_in(client, name_of(mine.user_id))
    Session.objects.all().delete()
    client.post(reverse("search"), {"q": "王" * 200_001})
    client.post(reverse("search"), {"q": "王"}, headers={"HX-Request": "true"})
    assert not KeptForm.objects.exists()


def test_files_cannot_be_kept_and_that_is_said(tmp_path: Any) -> None:
    chain = Chain()
    row, username = chain.at("materials_missing"), name_of(chain.community.user_id)
    client = Client(headers={"accept-language": "en"})
    sign_in(client, username)
    Session.objects.all().delete()
    scan = tmp_path / "a.png"
    scan.write_bytes(PNG)
    with scan.open("rb") as file:
        client.post(reverse("registration-scans", args=[row.number]), {"id_card_scan": file})
    again = reverse("form-again", args=[KeptForm.objects.get().pk])
    sign_in(client, username, again)
    assert "choose them again" in text(client.get(again))
