"""The search box of the frame."""

from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from claims import selectors as claims
from enrollment.registration import idnumber
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import Invalid
from liaoyang_medins.kernel.offices.models import Office, User
from liaoyang_medins.kernel.web import terms
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed

from .. import search as finder
from .life.transfers import seal_of


@allowed("frame.use")
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: ActorRequest) -> HttpResponse:
    """A number leads to its object, a name to a list. What was typed is posted and kept under an opaque key, so that
    no address holds it; Back and reload ask again.
    """
    if request.method == "POST":
        text = request.POST.get(terms.TERM, "").strip()[: terms.LONGEST]
        return redirect(finder.find(text, request.actor) or kept(request, text))
    text = request.GET.get(terms.TERM, "").strip()[: terms.LONGEST]
    if text and terms.KEY not in request.GET:
        # Somebody typed it into the address. A number is not even looked up.
        return redirect("search" if finder.is_sensitive(text) else kept(request, text))
    found = finder.find(text, request.actor) if text else None
    if found:
        return redirect(found)
    return render(request, "portal/search.html", results(request, text))


def kept(request: ActorRequest, text: str) -> str:
    """The address of the results of `text`."""
    return f"{reverse('search')}?{terms.KEY}={terms.store(request.user.pk or 0, text)}" if text else reverse("search")


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
    """What the results page shows, by what the actor's role works with; a number that leads nowhere is not shown."""
    actor = request.actor
    if finder.is_sensitive(text):
        person = finder.elsewhere(text, actor)
        return {
            "number_asked": True,
            "number_wrong": wrong_with(text),
            "elsewhere": person.community if person else None,
            "ref": seal_of(person, actor) if person else "",
        }
    context: dict[str, Any] = {"q": text, "at_most": finder.AT_MOST}
    if not text:
        return context
    if actor.may("residents.see"):
        found = finder.first_named(text, actor, finder.AT_MOST + 1)
        context |= {"residents": found[: finder.AT_MOST], "more": len(found) > finder.AT_MOST}
    elif actor.may("stays.see"):
        context["stays"] = claims.find_stays(claims.stays_visible_to(actor), text)[: finder.AT_MOST]
    if actor.may("users.manage"):
        context["users"] = User.objects.filter(Q(username__icontains=text) | Q(name__icontains=text))[: finder.AT_MOST]
    if actor.may("offices.manage"):
        named = Q(name__icontains=text) | Q(name_en__icontains=text) | Q(code__istartswith=text)
        context["offices"] = Office.objects.filter(named)[: finder.AT_MOST]
    return context
