"""One card: its page, its certificate, and what happens to it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.selectors import timeline
from liaoyang_medins.kernel.audit.services import entries_of
from liaoyang_medins.kernel.errors import Conflict
from liaoyang_medins.kernel.papers.web import show
from liaoyang_medins.kernel.web.conflicts import attempt
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed

from .. import papers, selectors, services
from ..forms import HandOutForm, LossForm, ReplaceForm, TakeInForm, VersionForm
from ..models import TAKEN_BY, InsuranceCard
from .common import changed_meanwhile, opened, state_of

Status = InsuranceCard.Status
S = Status


@allowed("cards.see")
@require_GET
def card(request: ActorRequest, number: str) -> HttpResponse:
    """The page of a card: its state, the terms of the certificate, what happened."""
    return page(request, opened(request, number))


def page(request: ActorRequest, found: InsuranceCard, form: forms.Form | None = None) -> HttpResponse:
    """The page, with the form to hand it out where that is possible; `form` is one that was refused."""
    today = clock.today()
    words, tone = state_of(found, today)
    entries = entries_of(found._meta.label_lower, found.number)
    can = able(request, found)
    initial = {"on": today, "version": found.version, "taken_by": "self"}
    context = {
        "card": found,
        "resident": found.resident,
        "state": words,
        "tone": tone,
        "taken_by": str(TAKEN_BY.get(found.taken_by, found.taken_by)),
        "cause": found.get_cause_display() if found.cause != InsuranceCard.Cause.FIRST else "",
        "terms": selectors.terms_of(found, today),
        "waiting": selectors.due_of(found.resident, today) if found.is_live else [],
        "can": can,
        "form": form or (HandOutForm(initial=initial) if can["hand_out"] else None),
        "version_form": VersionForm(initial={"version": found.version}),
        "entries": timeline(entries),
    }
    return render(request, "cards/card.html", context, status=422 if form is not None else 200)


def able(request: ActorRequest, found: InsuranceCard) -> dict[str, bool]:
    """What the actor can do with the card now."""
    actor, today = request.actor, clock.today()
    ended = selectors.has_ended(found, today)
    live = found.status in (S.MADE, S.WITH_COMMUNITY, S.HANDED_OUT, S.LOST)
    last = entries_of(found._meta.label_lower, found.number).first()
    mine_today = last is not None and last.user_id == actor.user_id and last.business_date == today
    here = (S.WITH_COMMUNITY, S.MADE) if actor.may("cards.make") else (S.WITH_COMMUNITY,)
    elsewhere = found.status == S.WITH_COMMUNITY and found.office_id != found.resident.community_id
    return {
        "hand_out": actor.may("cards.hand_out") and found.status in here and not ended and not elsewhere,
        "take_over": actor.may("cards.hand_out") and elsewhere,
        "undo": actor.may("cards.hand_out")
        and found.status == S.HANDED_OUT
        and mine_today
        and last is not None
        and last.verb == "cards.hand_out",
        "loss": actor.may("cards.report_loss") and live and found.status != S.LOST,
        "find": actor.may("cards.report_loss") and found.status == S.LOST and found.handed_out_on is not None,
        "replace": actor.may("cards.make") and live and not ended,
        "take_in": actor.may("cards.take_in") and found.is_live and ended,
    }


@allowed("cards.see")
@require_GET
def certificate(request: ActorRequest, number: str) -> HttpResponse:
    """The certificate on paper, with its terms."""
    found = opened(request, number)
    paper = papers.certificate(found, on=clock.today())
    return show(request, paper, back_url=reverse("card", args=[found.number]))


def step(
    request: ActorRequest,
    number: str,
    form_class: type[forms.Form],
    template: str,
    verb: Callable[[InsuranceCard, dict[str, Any]], InsuranceCard],
    said: str,
) -> HttpResponse:
    """A page with one form that does something with the card; afterwards the page of the card that it gives."""
    found = opened(request, number)
    form = form_class(request.POST or None, initial={"version": found.version})
    if request.method == "POST" and form.is_valid():
        try:
            made = attempt(form, lambda: verb(found, form.cleaned_data))
        except Conflict as error:
            return changed_meanwhile(request, found, error)
        if made is not None:
            messages.success(request, said)
            return redirect("card", made.number)
    context = {"card": found, "resident": found.resident, "form": form}
    return render(request, template, context, status=422 if form.errors else 200)


@allowed("cards.report_loss")
@require_http_methods(["GET", "POST"])
def card_loss(request: ActorRequest, number: str) -> HttpResponse:
    """The loss of the card, reported today."""

    def report(found: InsuranceCard, data: dict[str, Any]) -> InsuranceCard:
        return services.report_loss(
            number=found.number,
            version=data["version"],
            reported_by=data["taken_by"],
            name=data["taken_by_name"],
            reason=data["reason"],
            by=request.actor,
        )

    said = _("The card is lost from now on. The agency makes another one.")
    return step(request, number, LossForm, "cards/card_loss.html", report, said)


@allowed("cards.make")
@require_http_methods(["GET", "POST"])
def card_replace(request: ActorRequest, number: str) -> HttpResponse:
    """Another card in place of this one."""

    def replace(found: InsuranceCard, data: dict[str, Any]) -> InsuranceCard:
        return services.replace_card(number=found.number, by=request.actor, **data)

    said = _("This is the new card. The number of the old one is dead.")
    return step(request, number, ReplaceForm, "cards/card_replace.html", replace, said)


@allowed("cards.take_in")
@require_http_methods(["GET", "POST"])
def card_take_in(request: ActorRequest, number: str) -> HttpResponse:
    """The card goes out of use."""

    def take_in(found: InsuranceCard, data: dict[str, Any]) -> InsuranceCard:
        return services.take_in(number=found.number, by=request.actor, **data)

    return step(request, number, TakeInForm, "cards/card_take_in.html", take_in, _("The card is out of use."))


@allowed("cards.hand_out")
@require_POST
def card_hand_out(request: ActorRequest, number: str) -> HttpResponse:
    """Hand out this card."""
    found = opened(request, number)
    form = HandOutForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        taken = services.Taken(number, data["taken_by"], data["taken_by_name"], data["version"])
        try:
            done = attempt(form, lambda: services.hand_out(taken=[taken], on=data["on"], by=request.actor))
        except Conflict as error:
            return changed_meanwhile(request, found, error)
        if done is not None:
            messages.success(request, _("The card is handed out."))
            return redirect("card", number)
    return page(request, found, form)


@allowed("cards.hand_out")
@require_POST
def card_undo(request: ActorRequest, number: str) -> HttpResponse:
    """Take back one's own handed-out mark of today."""
    return simple(request, number, services.undo_hand_out, _("The handed-out mark is taken back."))


@allowed("cards.report_loss")
@require_POST
def card_find(request: ActorRequest, number: str) -> HttpResponse:
    """The lost card has come to light."""
    return simple(request, number, services.find_again, _("The card holds again."))


def simple(request: ActorRequest, number: str, verb: Callable[..., Any], said: str) -> HttpResponse:
    """A step without a question."""
    found = opened(request, number)
    form = VersionForm(request.POST)
    version = form.cleaned_data["version"] if form.is_valid() else 0
    try:
        verb(number=number, version=version, by=request.actor)
    except Conflict as error:
        return changed_meanwhile(request, found, error)
    messages.success(request, said)
    return redirect("card", number)
