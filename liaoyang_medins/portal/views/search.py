"""The search box of the frame."""

from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from claims import selectors as claims
from enrollment.registration import idnumber
from enrollment.registration.models import Resident
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import Invalid
from liaoyang_medins.kernel.offices.models import Office, User
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed

from .. import search as finder

LONGEST = 100


@allowed("frame.use")
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: ActorRequest) -> HttpResponse:
    """Numbers are posted and lead to their object; a name leads to a list at an address of its own."""
    given = request.POST if request.method == "POST" else request.GET
    text = given.get("q", "").strip()[:LONGEST]
    if request.method == "POST":
        found = finder.find(text, request.actor)
        if found:
            return redirect(found)
        if not finder.is_sensitive(text):
            return redirect(f"{reverse('search')}?{urlencode({'q': text})}" if text else "search")
        return render(request, "portal/search.html", {"number_wrong": wrong_with(text), "number_asked": True})
    if finder.is_sensitive(text):
        # Somebody typed it into the address: it is neither looked up nor shown again.
        return redirect("search")
    return render(request, "portal/search.html", results(request, text))


def wrong_with(text: str) -> str:
    """What is wrong with a number that looks like an ID number; empty where nothing is, or it is another number."""
    if not idnumber.looks_like(text):
        return ""
    try:
        idnumber.parse(text, today=clock.today())
    except Invalid as error:
        return str(error.message)
    return ""


def results(request: ActorRequest, text: str) -> dict[str, Any]:
    """What the results page shows for a name, by what the actor's role works with."""
    actor = request.actor
    context: dict[str, Any] = {"q": text, "at_most": finder.AT_MOST}
    if not text:
        return context
    if actor.may("residents.see"):
        found: list[Resident] = list(finder.residents_named(text, actor)[: finder.AT_MOST + 1])
        context |= {"residents": found[: finder.AT_MOST], "more": len(found) > finder.AT_MOST}
    elif actor.may("stays.see"):
        context["stays"] = claims.find_stays(claims.stays_visible_to(actor), text)[: finder.AT_MOST]
    if actor.may("users.manage"):
        context["users"] = User.objects.filter(Q(username__icontains=text) | Q(name__icontains=text))[: finder.AT_MOST]
    if actor.may("offices.manage"):
        named = Q(name__icontains=text) | Q(name_en__icontains=text) | Q(code__istartswith=text)
        context["offices"] = Office.objects.filter(named)[: finder.AT_MOST]
    return context
