"""What the tests of the pages share."""

import datetime
import re
from typing import Any

from django.test import Client
from django.urls import reverse

from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import User
from tests import factories as make

BIRTH = datetime.date(1946, 2, 3)


def signed_in(actor: Actor) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(User.objects.get(pk=actor.user_id or 0))
    return client


def text(response: Any) -> str:
    """What a person reads on the page."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def answers(**values: str) -> dict[str, str]:
    return {
        "id_number": make.id_number(BIRTH, "M"),
        "name": "欧阳明远",
        "address": "中华大街1号",
        "phone": "13904190001",
        "hukou": "native",
        "student": "none",
        "low_income": "none",
        "disability": "none",
        "work": "none",
        "pension": "none",
        "scheme": "none",
    } | values


def begin(client: Client) -> str:
    """The address of page 1 of a fresh draft."""
    return str(client.get(reverse("registration-start")).headers["Location"])


def submit(client: Client, page_1: str, typed: dict[str, str], documents: dict[str, str] | None = None) -> Any:
    """Through both pages and the check; the page that comes after."""
    response = client.post(page_1, typed)
    assert response.status_code == 302, text(response)
    response = client.post(response.headers["Location"], documents or {"all_present": "yes", "supplementary": "on"})
    assert response.status_code == 302, text(response)
    return client.post(response.headers["Location"], follow=True)
