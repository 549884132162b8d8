"""Clients, secrets and tokens: rotation without standing still, ends at once, and who may do it."""

import datetime
import io

import pytest
from django.core.management import CommandError, call_command
from django.test import Client as Http
from oauth2_provider.models import AccessToken
from redis.exceptions import RedisError

from claims.api import selectors, services, throttling
from claims.api.models import Client, ClientSecret
from claims.api.validator import ClientValidator
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed
from liaoyang_medins.kernel.offices.roles import Role
from tests import factories
from tests.api.caller import Caller
from tests.claims import makers

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(db):
    return factories.actor(Role.ADMINISTRATOR)


def works(api: Caller, secret: str) -> bool:
    """Whether the secret gives a token that is let in."""
    response = api.ask_token(secret)
    if response.status_code != 200:
        assert (response.status_code, response.json()["error"]) == (401, "invalid_client")
        return False
    api.token = response.json()["access_token"]
    return api.get("stays").status == 200


def test_two_secrets_hold_while_one_takes_the_place_of_the_other(api: Caller, admin) -> None:
    old, token = api.secret, api.token
    _client, new = services.add_secret(institution_code="H3", overlap=datetime.timedelta(days=1), by=admin)
    assert works(api, old)
    assert works(api, new)
    api.token = token
    assert api.get("stays").status == 200
    ClientSecret.objects.filter(hint=old[-4:]).update(expires_at=clock.now() - datetime.timedelta(seconds=1))
    assert not works(api, old)
    assert works(api, new)


def test_a_later_secret_never_prolongs_an_earlier_one(api: Caller, admin) -> None:
    services.add_secret(institution_code="H3", overlap=datetime.timedelta(hours=1), by=admin)
    before = ClientSecret.objects.get(hint=api.secret[-4:]).expires_at
    services.add_secret(institution_code="H3", overlap=datetime.timedelta(days=9), by=admin)
    assert ClientSecret.objects.get(hint=api.secret[-4:]).expires_at == before
    for days in (-1, 91):
        with pytest.raises(Invalid):
            services.add_secret(institution_code="H3", overlap=datetime.timedelta(days=days), by=admin)


def test_an_ended_secret_ends_its_tokens_at_once(api: Caller, admin) -> None:
    _client, new = services.add_secret(institution_code="H3", by=admin)
    services.end_secret(institution_code="H3", secret_id=ClientSecret.objects.get(hint=api.secret[-4:]).pk, by=admin)
    assert api.get("stays").status == 401
    assert not works(api, api.secret)
    assert works(api, new)


def test_a_secret_that_is_ended_while_it_asks_for_a_token_gets_none(api: Caller, admin, monkeypatch) -> None:
    known = ClientValidator.authenticate_client

    def then_ended(self, request, *args, **kwargs):
        found = known(self, request, *args, **kwargs)
        secret = ClientSecret.objects.get(hint=api.secret[-4:])
        services.end_secret(institution_code="H3", secret_id=secret.pk, by=admin)
        return found

    monkeypatch.setattr(ClientValidator, "authenticate_client", then_ended)
    response = api.ask_token()
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")
    assert not AccessToken.objects.exists()


@pytest.mark.parametrize("query", ["", "?x", "?a=%ff&&=", "?client_id=x&client_id=y"])
@pytest.mark.parametrize(
    ("form", "header"),
    [
        ("grant_type=client_credentials", ""),
        ("grant_type=client_credentials", "Basic"),
        ("grant_type=client_credentials", "Basic x"),
        ("grant_type=client_credentials", "Basic /////w=="),
        ("grant_type=client_credentials", "Basic AAA6AAA="),
        ("grant_type=client_credentials", "Bearer x"),
        ("grant_type=client_credentials&grant_type=client_credentials", "Basic eDp5"),
        ("grant_type=client_credentials&client_id=%00&client_secret=%00", ""),
        ("grant_type=client_credentials&scope=everything&client_id=x", ""),
        ("grant_type=client_credentials&x", ""),
        ("grant_type=client_credentials&%ff=%ff", ""),
        ("{}", ""),
    ],
)
def test_whatever_asks_for_a_token_is_told_what_is_wrong(db, query, form, header) -> None:
    given = {"HTTP_AUTHORIZATION": header} if header else {}
    response = Http().post(
        f"/api/v1/oauth/token{query}", form, content_type="application/x-www-form-urlencoded", **given
    )
    assert response.status_code in (400, 401), response.content
    assert set(response.json()) <= {"error", "error_description"}
    assert not AccessToken.objects.exists()


def test_a_closed_client_is_out_until_it_gets_another_secret(api: Caller, other: Caller, admin) -> None:
    services.close_client(institution_code="H3", by=admin)
    assert api.get("stays").status == 401
    assert not works(api, api.secret)
    assert other.get("stays").status == 200
    _client, new = services.add_secret(institution_code="H3", by=admin)
    assert works(api, new)


def test_a_token_ends_by_itself(api: Caller) -> None:
    AccessToken.objects.update(expires=clock.now())
    assert api.get("stays").status == 401


def test_neither_secret_nor_token_is_kept_in_the_clear(api: Caller) -> None:
    secret = ClientSecret.objects.get(client__client_id=api.client_id)
    assert api.secret not in (secret.digest, secret.hint)
    assert AccessToken.objects.get().token == ""
    assert Client.objects.get().client_secret == ""
    for wrong in ("", " ", Client.objects.get().client_secret, secret.digest):
        assert not works(api, wrong or "x")


def test_the_secret_of_one_is_none_of_another(api: Caller, other: Caller) -> None:
    assert not works(api, other.secret)
    assert other.ask_token().status_code == 200


def test_only_client_credentials_are_granted(api: Caller) -> None:
    form = {"client_id": api.client_id, "client_secret": api.secret}
    for grant in (
        "password",
        "authorization_code",
        "refresh_token",
        "urn:ietf:params:oauth:grant-type:device_code",
        "",
    ):
        response = api.http.post(
            "/api/v1/oauth/token", {**form, "grant_type": grant, "username": "a", "password": "b"}
        )
        assert (response.status_code, response.json()["error"]) == (400, "unsupported_grant_type"), grant


def test_only_an_administrator_gives_access_and_each_act_is_on_record(api: Caller, admin) -> None:
    for by in (makers.clerk(), makers.reviewer(), makers.hospital("H3")):
        with pytest.raises(NotAllowed):
            services.add_secret(institution_code="H3", by=by)
    with pytest.raises(Conflict):
        services.open_client(institution_code="H3", by=admin)
    with pytest.raises(Invalid):
        services.open_client(institution_code="NO", by=admin)
    verbs = AuditEntry.objects.filter(object_number="H3", verb__startswith="clients.").values_list("verb", flat=True)
    assert set(verbs) == {"clients.open", "clients.add_secret"}
    assert api.secret not in str(list(AuditEntry.objects.values_list("changes", flat=True)))


def test_each_client_has_a_limit_of_its_own(api: Caller, other: Caller, admin, monkeypatch) -> None:
    # A minute that does not end within the test.
    monkeypatch.setattr(throttling, "MINUTE", 10**9)
    services.set_limit(institution_code="H3", calls_a_minute=2, by=admin)
    client_called_anew()
    assert [api.get("stays").status for _ in range(3)] == [200, 200, 429]
    refused = api.ask_token()
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    assert int(refused["Retry-After"]) >= 1
    # Whose secret is wrong is nobody, and counts for nobody.
    assert api.ask_token("wrong").status_code == 401
    assert other.get("stays").status == 200
    services.set_limit(institution_code="H3", calls_a_minute=None, by=admin)
    client_called_anew()
    assert api.get("stays").status == 200
    for wrong in (0, -1, 1_000_001):
        with pytest.raises(Invalid):
            services.set_limit(institution_code="H3", calls_a_minute=wrong, by=admin)


def test_without_the_counter_hospitals_go_on_working(api: Caller, settings, monkeypatch) -> None:
    def unreachable(key: str) -> int:
        raise RedisError(key)

    settings.API_CALLS_A_MINUTE = 0
    assert api.get("stays").status == 429
    monkeypatch.setattr(throttling, "counted", unreachable)
    assert api.get("stays").status == 200


def client_called_anew() -> None:
    """As after the minute for which a client is kept in the process."""
    selectors._client_in.cache_clear()


def test_the_command_does_the_same(db) -> None:
    makers.institution("H7")
    out = io.StringIO()
    call_command("hospital_client", "open", "H7", stdout=out)
    told = dict(row.split("=") for row in out.getvalue().split())
    api = Caller(told["CLIENT_ID"], told["CLIENT_SECRET"], "H7")
    assert works(api, api.secret)
    call_command("hospital_client", "secret", "H7", "--overlap-days", "0", stdout=out)
    assert not works(api, api.secret)
    call_command("hospital_client", "limit", "H7", "--calls", "90")
    shown = io.StringIO()
    call_command("hospital_client", "show", "H7", stdout=shown)
    assert shown.getvalue().count("…") == 2
    assert "90 calls a minute" in shown.getvalue()
    call_command("hospital_client", "close", "H7")
    assert not ClientSecret.objects.in_force(clock.now()).exists()
    with pytest.raises(CommandError):
        call_command("hospital_client", "show", "H8", stdout=shown)


def test_the_demo_names_a_client_and_somebody_who_can_be_admitted(settings) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError):
        call_command("demo_client")
    settings.DEMO = True
    out = io.StringIO()
    call_command("demo_client", stdout=out)
    assert out.getvalue() == ""
    makers.institution("LY-H01")
    person = makers.insured(years=(2010,))
    for _ in range(2):
        out = io.StringIO()
        call_command("demo_client", stdout=out)
        assert f"hospital_client.py {person.number} 2010-06-26" in out.getvalue()
        told = dict(word.split("=") for word in out.getvalue().split() if "=" in word)
        assert works(Caller(told["CLIENT_ID"], told["CLIENT_SECRET"], "LY-H01"), told["CLIENT_SECRET"])
