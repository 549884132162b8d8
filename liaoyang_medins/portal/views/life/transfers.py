"""Transfers of records between communities: asking, the list, answering."""

import uuid
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from enrollment.life import selectors, services
from enrollment.life.forms import AnswerForm, TransferForm
from enrollment.life.models import LifeChange, Transfer
from enrollment.registration import idnumber
from enrollment.registration import selectors as registration
from enrollment.registration.forms import StatementForm
from enrollment.registration.models import Resident
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import DomainError, Invalid, NotAllowed
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.domain import add_domain_error, page_of
from liaoyang_medins.portal import life
from liaoyang_medins.portal.effects import grouped, mark_of

SALT = "transfer.ask"
MAX_AGE = 24 * 60 * 60
# The one mark of the change that a transfer is.
CHANGES = uuid.UUID("6d2f6f3a-4f0b-4f7e-9a55-8f6b2b0d7a10")


def seal_of(resident: Resident, actor: Actor) -> str:
    """The person in a hidden input: good for this user and for a day, and no number of the person."""
    return signing.dumps([resident.pk, actor.user_id], salt=SALT)


def opened_seal(ref: str, actor: Actor) -> Resident:
    """The resident behind a seal of the actor's own. Http404 for any other."""
    try:
        pk, user_id = signing.loads(ref, salt=SALT, max_age=MAX_AGE)
    except (signing.BadSignature, ValueError) as error:
        raise Http404 from error
    if user_id != actor.user_id:
        raise Http404
    found = get_object_or_404(Resident.objects.select_related("community__parent__parent"), pk=pk)
    return registration.survivor_of(found)


@allowed("transfers.ask")
@require_http_methods(["GET", "HEAD", "POST"])
def transfer_ask(request: ActorRequest) -> HttpResponse:
    """Ask for the record of the person with the posted ID number, behind the posted seal, or of a child without a
    number. All that is shown of the person is where they are registered.
    """
    if request.method != "POST":
        return redirect("search")
    resident = person_asked_for(request)
    if resident is None:
        messages.error(request, _("There is nobody with this ID number in the records. Check the number."))
        return redirect("search")
    if registration.residents_visible_to(request.actor).filter(pk=resident.pk).exists():
        return redirect("resident", resident.number)
    form = TransferForm(
        request.POST if "moved_on" in request.POST else None, initial={"ref": seal_of(resident, request.actor)}
    )
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        try:
            asked = services.ask_transfer(
                resident_id=resident.pk,
                moved_on=given["moved_on"],
                address=given["address"],
                reason=given["reason"],
                by=request.actor,
            )
        except NotAllowed:
            raise
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("The transfer is asked for. The other community answers."))
            return redirect("transfer", asked.pk)
    context = {"form": form, "community": resident.community}
    return render(request, "life/transfer_ask.html", context, status=422 if form.errors else 200)


def person_asked_for(request: ActorRequest) -> Resident | None:
    """Who is meant: behind a seal, with the posted ID number, or a child without one by what page 1 of a registration
    says of it and the community in which it is registered.
    """
    if "child_in" in request.POST:
        return child_asked_for(request)
    if "ref" in request.POST:
        return opened_seal(request.POST["ref"], request.actor)
    try:
        number = idnumber.parse(request.POST.get("id_number", ""), today=clock.today()).number
    except Invalid:
        return None
    return registration.resident_with(number)


def child_asked_for(request: ActorRequest) -> Resident | None:
    statement = StatementForm(request.POST, actor=request.actor)
    statement.is_valid()
    given = statement.cleaned_data
    if request.actor.office is None or not all(given.get(name) for name in ("name", "birth_date", "sex")):
        return None
    alike = registration.children_elsewhere(
        name=given["name"], birth_date=given["birth_date"], sex=given["sex"], community=request.actor.office
    )
    return next((child for child in alike if child.community.code == request.POST["child_in"]), None)


@allowed("transfers.see")
@require_GET
def transfers(request: ActorRequest) -> HttpResponse:
    """The requests, those that wait first."""
    rows = selectors.transfers_visible_to(request.actor).order_by("answered_on", "-asked_on", "-pk")
    waiting = rows.filter(status=Transfer.Status.REQUESTED).order_by("asked_on", "pk")
    shown = "all" if request.GET.get("view") == "all" else "open"
    page = page_of(request, rows if shown == "all" else waiting)
    visible = seen_people(page, request.actor)
    for row in page:
        row.named = row.resident_id in visible  # type: ignore[attr-defined]
    tabs = [
        {"label": _("Under way"), "url": "?view=open", "active": shown == "open", "count": waiting.count()},
        {"label": _("All"), "url": "?view=all", "active": shown == "all", "count": None},
    ]
    return render(request, "life/transfers.html", {"page": page, "tabs": tabs})


def seen_people(rows: Any, actor: Actor) -> set[int]:
    keys = [row.resident_id for row in rows]
    return set(registration.residents_visible_to(actor).filter(pk__in=keys).values_list("pk", flat=True))


@allowed("transfers.see")
@require_GET
def transfer(request: ActorRequest, pk: int) -> HttpResponse:
    """One request; for who answers it, with all that the move would change."""
    row = get_object_or_404(selectors.transfers_visible_to(request.actor), pk=pk)
    return transfer_page(request, row, AnswerForm(initial={"version": row.version}))


def change_of(row: Transfer, version: int, answer: str, actor: Actor) -> life.Change:
    def agree() -> None:
        services.answer_transfer(pk=row.pk, version=version, agree=True, answer=answer, by=actor)

    return life.Change(row.resident, LifeChange.What.TRANSFERRED, agree, row.moved_on, answer)


def may_answer(row: Transfer, actor: Actor) -> bool:
    return selectors.transfers_to_answer(actor).filter(pk=row.pk).exists() and actor.may("transfers.answer")


def transfer_page(request: ActorRequest, row: Transfer, form: AnswerForm) -> HttpResponse:
    actor = request.actor
    context: dict[str, Any] = {"transfer": row, "form": form, "named": bool(seen_people([row], actor))}
    open_one = row.status == Transfer.Status.REQUESTED
    context["may_withdraw"] = open_one and actor.may("transfers.ask") and row.to_community == actor.office
    if may_answer(row, actor):
        try:
            effects = life.look_ahead(change_of(row, row.version, "", actor), actor)
        except DomainError as error:
            context["problem"] = error
        else:
            context |= {"groups": grouped(effects), "seen": mark_of(effects)}
        context["may_answer"] = True
    return render(request, "life/transfer.html", context, status=422 if form.errors else 200)


@allowed("transfers.answer")
@require_POST
def transfer_answer(request: ActorRequest, pk: int) -> HttpResponse:
    """Agree, and the record moves; or decline with the reason."""
    row = get_object_or_404(selectors.transfers_visible_to(request.actor), pk=pk)
    form = AnswerForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            if "agree" in request.POST:
                change = change_of(row, given["version"], given["answer"], request.actor)
                mark = uuid.uuid5(CHANGES, str(row.pk))
                life.make(change, submission=mark, seen=request.POST.get("seen", ""), by=request.actor)
                messages.success(request, _("The record is the other community's from now on."))
            else:
                services.answer_transfer(
                    pk=pk, version=given["version"], agree=False, answer=given["answer"], by=request.actor
                )
                messages.success(request, _("Declined; the other community reads why."))
            return redirect("transfers")
        except NotAllowed:
            raise
        except DomainError as error:
            add_domain_error(form, error)
    return transfer_page(request, get_object_or_404(selectors.transfers_visible_to(request.actor), pk=pk), form)


@allowed("transfers.ask")
@require_POST
def transfer_withdraw(request: ActorRequest, pk: int) -> HttpResponse:
    """Take one's own community's request back."""
    row = get_object_or_404(selectors.transfers_visible_to(request.actor), pk=pk)
    version = request.POST.get("version", "")
    services.withdraw_transfer(pk=row.pk, version=int(version) if version.isdecimal() else 0, by=request.actor)
    messages.success(request, _("The request is withdrawn."))
    return redirect("transfers")
