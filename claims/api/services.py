"""Who gets access by their own software: clients and their secrets."""

import datetime
import secrets

from django.db import transaction
from django.utils.translation import gettext as _
from oauth2_provider.models import AccessToken

from claims.models import Institution
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import Conflict, Invalid
from liaoyang_medins.kernel.offices.actors import Actor

from .models import Client, ClientSecret
from .selectors import digest_of

# The old secrets hold so long beside a new one, unless somebody says otherwise.
OVERLAP = datetime.timedelta(days=7)
LONGEST_OVERLAP = datetime.timedelta(days=90)
MOST_CALLS = 1_000_000


@transaction.atomic
def open_client(*, institution_code: str, name: str = "", by: Actor) -> tuple[Client, str]:
    """Give an institution access by its own software: the client, and its first secret, which is shown this once.

    Invalid where there is no such institution, Conflict where it has a client (draw a new secret for it).
    """
    by.require("clients.manage")
    institution = _institution(institution_code)
    if Client.objects.filter(institution=institution).exists():
        raise Conflict(_("This institution has a client already. Draw a new secret for it."), code="client_exists")
    client = Client.objects.create(
        institution=institution,
        name=name.strip() or institution.office.name,
        client_type=Client.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Client.GRANT_CLIENT_CREDENTIALS,
        hash_client_secret=False,
        client_secret="",
        opened_by_id=by.user_id,
    )
    audit.record(by=by, verb="clients.open", obj=institution, changes={"client_id": client.client_id})
    return client, _draw(client, institution, by)


@transaction.atomic
def add_secret(*, institution_code: str, overlap: datetime.timedelta = OVERLAP, by: Actor) -> tuple[Client, str]:
    """Draw another secret, which is shown this once; those before it hold for `overlap` from now, or to their own end
    where that is earlier.

    Invalid for an overlap below 0 or above 90 days, and where the institution has no client.
    """
    by.require("clients.manage")
    if not datetime.timedelta(0) <= overlap <= LONGEST_OVERLAP:
        raise Invalid(_("The old secrets hold for 0 to 90 days beside the new one."), field="overlap")
    client, institution = _locked(institution_code)
    until = clock.now() + overlap
    for secret in client.secrets.in_force(clock.now()):
        if secret.expires_at is None or secret.expires_at > until:
            secret.expires_at = until
            secret.save(update_fields=["expires_at"])
    return client, _draw(client, institution, by)


@transaction.atomic
def end_secret(*, institution_code: str, secret_id: int, by: Actor) -> ClientSecret:
    """End one secret at once, with the tokens of the client: it asks for others by a secret that holds."""
    by.require("clients.manage")
    client, institution = _locked(institution_code)
    secret: ClientSecret | None = client.secrets.filter(pk=secret_id).first()
    if secret is None:
        raise Invalid(_("There is no such secret."), code="secret_unknown")
    if secret.ended_at is None:
        secret.ended_at = clock.now()
        secret.save(update_fields=["ended_at"])
        AccessToken.objects.filter(application=client).delete()
        audit.record(by=by, verb="clients.end_secret", obj=institution, changes={"ends_in": secret.hint})
    return secret


@transaction.atomic
def set_limit(*, institution_code: str, calls_a_minute: int | None, by: Actor) -> Client:
    """Say how many calls a minute an institution's software may make; None: as many as the settings say. It holds
    within a minute. Invalid for a number that is not from 1 to a million, and where the institution has no client.
    """
    by.require("clients.manage")
    if calls_a_minute is not None and not 1 <= calls_a_minute <= MOST_CALLS:
        raise Invalid(_("Give a number from 1 to 1,000,000."), field="calls")
    client, institution = _locked(institution_code)
    before, client.calls_a_minute = client.calls_a_minute, calls_a_minute
    client.save(update_fields=["calls_a_minute"])
    audit.record(by=by, verb="clients.limit", obj=institution, changes={"calls_a_minute": [before, calls_a_minute]})
    return client


@transaction.atomic
def close_client(*, institution_code: str, by: Actor) -> Client:
    """Take the access away at once: all secrets and tokens end. A new secret opens it again."""
    by.require("clients.manage")
    client, institution = _locked(institution_code)
    client.secrets.filter(ended_at=None).update(ended_at=clock.now())
    AccessToken.objects.filter(application=client).delete()
    audit.record(by=by, verb="clients.close", obj=institution, changes={"client_id": client.client_id})
    return client


def _draw(client: Client, institution: Institution, by: Actor) -> str:
    text = secrets.token_urlsafe(32)
    ClientSecret.objects.create(
        client=client, digest=digest_of(text), hint=text[-4:], made_at=clock.now(), made_by_id=by.user_id
    )
    audit.record(by=by, verb="clients.add_secret", obj=institution, changes={"ends_in": text[-4:]})
    return text


def _institution(code: str) -> Institution:
    found = Institution.objects.select_related("office").filter(code=code).first()
    if found is None:
        raise Invalid(_("There is no institution with this code."), field="institution", code="institution_unknown")
    return found


def _locked(code: str) -> tuple[Client, Institution]:
    institution = _institution(code)
    client = Client.objects.select_for_update().filter(institution=institution).first()
    if client is None:
        raise Invalid(_("This institution has no client yet."), code="client_unknown")
    return client, institution
