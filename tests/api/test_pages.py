"""The page of an institution's own software: a secret is shown once, and only administrators draw one."""

import re

import pytest
from django.test import Client as Http

from claims.api.models import Client, ClientSecret
from claims.api.selectors import client_with
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.models import User
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories
from tests.claims import makers

pytestmark = pytest.mark.django_db
PAGE = "/institutions/H3/client/"


def browser(role: Role) -> Http:
    http = Http(headers={"accept-language": "en"})
    http.force_login(User.objects.get(pk=factories.actor(role).user_id))
    return http


def test_access_is_given_renewed_and_taken_away() -> None:
    makers.institution("H3")
    admin, clerk = browser(Role.ADMINISTRATOR), browser(Role.AGENCY_CLERK)
    assert "Give access" in admin.get(PAGE).content.decode()
    assert "Give access" not in clerk.get(PAGE).content.decode()
    assert clerk.post(f"{PAGE}open/").status_code == 403
    shown = admin.post(f"{PAGE}open/")
    assert shown["Cache-Control"] == "no-store"
    client = Client.objects.get()
    first = shown_secret(shown.content.decode())
    assert client_with(client.client_id, first) == client
    assert first not in admin.get(PAGE).content.decode()
    assert admin.post(f"{PAGE}open/").status_code == 409
    wrong = admin.post(f"{PAGE}secret/", {"days": "91"}).content.decode()
    assert 'href="#id_days"' in wrong
    second = shown_secret(admin.post(f"{PAGE}secret/", {"days": "1"}).content.decode())
    assert client_with(client.client_id, first) == client_with(client.client_id, second) == client
    assert admin.post(f"{PAGE}limit/", {"calls": "120"}).status_code == 302
    assert Client.objects.get().calls_a_minute == 120
    assert 'href="#id_calls"' in admin.post(f"{PAGE}limit/", {"calls": "0"}).content.decode()
    assert "<dd>120</dd>" in clerk.get(PAGE).content.decode()
    assert clerk.post(f"{PAGE}limit/", {"calls": "1"}).status_code == 403
    assert admin.post(f"{PAGE}limit/", {"calls": ""}).status_code == 302
    assert Client.objects.get().calls_a_minute is None
    ended = ClientSecret.objects.get(hint=first[-4:])
    assert admin.post(f"{PAGE}secret/end/", {"secret": ended.pk}).status_code == 302
    assert client_with(client.client_id, first) is None
    assert admin.post(f"{PAGE}close/").status_code == 302
    assert not ClientSecret.objects.in_force(clock.now()).exists()
    page = clerk.get(PAGE).content.decode()
    assert "No access" in page
    assert client.client_id in page


def shown_secret(page: str) -> str:
    found = re.findall(r"<dt>Secret</dt><dd><code>([A-Za-z0-9_-]{43})</code>", page)
    assert len(found) == 1
    return str(found[0])
