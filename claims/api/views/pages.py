"""The page of an institution's own software: whether it has access, with which secrets; a secret is shown once."""

import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from claims.api import services
from claims.api.models import Client
from claims.models import Institution
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed


class OverlapForm(forms.Form):
    """How long the old secrets hold beside the new one."""

    days = forms.IntegerField(
        label=_("The old secrets hold for (days)"),
        min_value=0,
        max_value=services.LONGEST_OVERLAP.days,
        initial=services.OVERLAP.days,
        widget=forms.NumberInput(attrs={"data-width": "short"}),
    )


class LimitForm(forms.Form):
    """How many calls a minute the software may make."""

    calls = forms.IntegerField(
        label=_("Calls a minute (empty: as for all)"),
        min_value=1,
        max_value=services.MOST_CALLS,
        required=False,
        widget=forms.NumberInput(attrs={"data-width": "short"}),
    )


def find(code: str) -> Institution:
    return get_object_or_404(Institution.objects.select_related("office"), code=code)


def page(
    request: ActorRequest,
    institution: Institution,
    *,
    secret: str = "",
    form: OverlapForm | None = None,
    limit_form: LimitForm | None = None,
) -> HttpResponse:
    """The page; `secret` is one that was drawn this moment, and is shown nowhere again."""
    client = Client.objects.filter(institution=institution).first()
    now = clock.now()
    rows: list[dict[str, Any]] = []
    if client is not None:
        holding = set(client.secrets.in_force(now).values_list("pk", flat=True))
        rows = [{"row": row, "holds": row.pk in holding} for row in client.secrets.select_related("made_by")]
    context = {
        "institution": institution,
        "client": client,
        "rows": rows,
        "secret": secret,
        "holds": any(row["holds"] for row in rows),
        "may_manage": request.actor.may("clients.manage"),
        "form": form or OverlapForm(),
        "limit_form": limit_form or LimitForm(initial={"calls": client.calls_a_minute if client else None}),
        "calls": (client and client.calls_a_minute) or settings.API_CALLS_A_MINUTE,
    }
    response = render(request, "api/client.html", context)
    response["Cache-Control"] = "no-store"
    return response


@allowed("clients.see")
@require_GET
def client(request: ActorRequest, code: str) -> HttpResponse:
    """Whether an institution's software has access, and its secrets by their last letters."""
    return page(request, find(code))


@allowed("clients.manage")
@require_POST
def client_open(request: ActorRequest, code: str) -> HttpResponse:
    """Give access: the page shows the first secret, once."""
    institution = find(code)
    _client, secret = services.open_client(institution_code=code, by=request.actor)
    return page(request, institution, secret=secret)


@allowed("clients.manage")
@require_POST
def client_secret(request: ActorRequest, code: str) -> HttpResponse:
    """Draw another secret: the page shows it, once."""
    institution, form = find(code), OverlapForm(request.POST)
    if not form.is_valid():
        return page(request, institution, form=form)
    overlap = datetime.timedelta(days=form.cleaned_data["days"])
    _client, secret = services.add_secret(institution_code=code, overlap=overlap, by=request.actor)
    return page(request, institution, secret=secret)


@allowed("clients.manage")
@require_POST
def client_secret_end(request: ActorRequest, code: str) -> HttpResponse:
    """End one secret at once."""
    institution, given = find(code), request.POST.get("secret", "")
    services.end_secret(
        institution_code=code, secret_id=int(given) if given.isdecimal() and len(given) < 18 else 0, by=request.actor
    )
    return redirect("client", institution.code)


@allowed("clients.manage")
@require_POST
def client_limit(request: ActorRequest, code: str) -> HttpResponse:
    """Say how many calls a minute the institution's software may make."""
    institution, form = find(code), LimitForm(request.POST)
    if not form.is_valid():
        return page(request, institution, limit_form=form)
    services.set_limit(institution_code=code, calls_a_minute=form.cleaned_data["calls"], by=request.actor)
    return redirect("client", institution.code)


@allowed("clients.manage")
@require_POST
def client_close(request: ActorRequest, code: str) -> HttpResponse:
    """Take the access away at once."""
    institution = find(code)
    services.close_client(institution_code=code, by=request.actor)
    return redirect("client", institution.code)
