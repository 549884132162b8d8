"""The list of cards, handing them to the communities, and the hand-out of a day."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from enrollment.registration.models import Resident
from enrollment.registration.selectors import sees_everything, with_name
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import Conflict, DomainError, NotAllowed
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.papers.web import show
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.domain import add_domain_error, counted, page_of

from .. import papers, selectors, services
from ..forms import CardFilter, DayForm
from ..models import SELF, TAKEN_BY, InsuranceCard
from .common import state_of

Status = InsuranceCard.Status
# The states that are somebody's work.
WAITING = (Status.MADE, Status.WITH_COMMUNITY, Status.LOST, Status.SUSPENDED)
# A list of names that fits on a few sheets.
ON_A_SHEET = 500
# The view of cards that lie at the community from which their holders moved.
ELSEWHERE = "elsewhere"


@allowed("cards.see")
@require_GET
def cards(request: ActorRequest) -> HttpResponse:
    """Cards by their state; filters stand in the address."""
    actor, today = request.actor, clock.today()
    form = CardFilter(request.GET or None, everywhere=sees_everything(actor))
    asked = form.cleaned_data if form.is_valid() else {}
    rows = narrowed(selectors.cards_visible_to(actor), asked)
    view = request.GET.get("view", "")
    counts = {"": rows, **{status.value: rows.filter(status=status) for status in WAITING}}
    counts[Status.WITH_COMMUNITY] = narrowed(selectors.to_hand_out(actor), asked)
    counts[ELSEWHERE] = narrowed(selectors.held_elsewhere(actor), asked)
    shown = counts.get(view, rows)
    if asked.get("status"):
        shown = shown.filter(status=asked["status"])
    page = page_of(request, shown.order_by("since", "number") if view else shown.order_by("-made_on", "-number"))
    context = {
        "filter_form": form,
        "tabs": tabs(request, view, counts),
        "to_send_on": selectors.to_send_on(actor).count(),
        "view": view,
        "page": page,
        "rows": [(row, *state_of(row, today)) for row in page],
        "handing_over": view == Status.MADE and actor.may("cards.make"),
        "sending_on": view == ELSEWHERE and actor.may("cards.hand_out"),
        "everywhere": sees_everything(actor),
    }
    return render(request, "cards/cards.html", context)


def narrowed(rows: QuerySet[InsuranceCard], asked: dict[str, Any]) -> QuerySet[InsuranceCard]:
    """The rows that the filters leave."""
    if asked.get("community"):
        rows = rows.filter(resident__community=asked["community"])
    if asked.get("run"):
        rows = rows.filter(run=asked["run"].upper())
    text = "".join((asked.get("q") or "").split())
    if not text:
        return rows
    if any(char.isdecimal() for char in text):
        return rows.filter(resident__number=text.upper())
    if text.isascii():
        return rows.filter(resident__pinyin__startswith=text.lower())
    named = with_name(Resident.objects.all(), text).order_by().values("pk")
    return rows.filter(resident__in=named)


def tabs(request: ActorRequest, view: str, counts: dict[str, QuerySet[InsuranceCard]]) -> list[dict[str, Any]]:
    """All cards, and those of each state that is somebody's work, counted under the filters that are set."""
    parameters = request.GET.copy()
    for name in ("page", "status"):
        parameters.pop(name, None)
    made = []
    for code, rows in counts.items():
        parameters["view"] = code
        words = {"": _("All cards"), ELSEWHERE: _("At the former community")}.get(code) or str(Status(code).label)
        made.append(
            {
                "label": words,
                "url": "?" + parameters.urlencode(),
                "active": code == view,
                "count": counted(rows) if code else None,
            }
        )
    return made


@allowed("cards.make")
@require_POST
def cards_hand_over(request: ActorRequest) -> HttpResponse:
    """Give the ticked cards to the communities."""
    ticked = request.POST.getlist("row")
    back = f"{reverse('cards')}?view=made"
    if not ticked:
        messages.error(request, _("Tick the cards first."))
        return redirect(back)
    try:
        handed = services.hand_over(numbers=ticked, by=request.actor)
    except (NotAllowed, Conflict):
        raise
    except DomainError as error:
        messages.error(request, str(error))
        return redirect(back)
    messages.success(request, _("%(count)s cards are with their communities.") % {"count": len(handed)})
    return redirect(back)


@allowed("cards.hand_out")
@require_POST
def cards_send_on(request: ActorRequest) -> HttpResponse:
    """The ticked cards of who moved go on to the present community, or have come there."""
    ticked = request.POST.getlist("row")
    back = "cards-hand-out"
    if not ticked:
        messages.error(request, _("Tick the cards first."))
        return redirect(back)
    sent = services.send_on(numbers=ticked, by=request.actor)
    messages.success(
        request, _("%(count)s cards are with the community where their holders live now.") % {"count": len(sent)}
    )
    return redirect(back)


@allowed("cards.hand_out")
@require_http_methods(["GET", "POST"])
def cards_hand_out(request: ActorRequest) -> HttpResponse:
    """The cards at the office: tick who came, and say who took the card where it was not the holder."""
    found = selectors.to_hand_out(request.actor)
    page = page_of(request, found, per_page=100)
    form = DayForm(request.POST or None, initial={"on": clock.today()})
    if request.method == "POST" and form.is_valid():
        taken = ticked(request)
        if not taken:
            form.add_error(None, _("Tick who came."))
        else:
            try:
                done = services.hand_out(taken=taken, on=form.cleaned_data["on"], by=request.actor)
            except (NotAllowed, Conflict):
                raise
            except DomainError as error:
                error.field = error.field if error.field == "on" else None
                add_domain_error(form, error)
            else:
                messages.success(request, _("%(count)s cards are handed out.") % {"count": len(done)})
                return redirect("cards-hand-out")
    context = {
        "form": form,
        "page": page,
        "rows": [(card, *answered(request, card)) for card in page],
        "relations": list(TAKEN_BY.items()),
        "to_send_on": selectors.to_send_on(request.actor)[:ON_A_SHEET],
        "held_elsewhere": selectors.held_elsewhere(request.actor)[:ON_A_SHEET],
        "of_agency": request.actor.may("cards.make"),
    }
    return render(request, "cards/hand_out.html", context, status=422 if form.errors else 200)


def ticked(request: ActorRequest) -> list[services.Taken]:
    """Who came, by what was posted."""
    post = request.POST
    return [
        services.Taken(
            number,
            post.get(f"taken_by_{number}", SELF),
            post.get(f"name_{number}", ""),
            int(version) if (version := post.get(f"version_{number}", "")).isdecimal() else 0,
        )
        for number in post.getlist("row")
    ]


def answered(request: ActorRequest, card: InsuranceCard) -> tuple[bool, str, str]:
    """What was typed for a card before something was refused: ticked, by whom, name."""
    post = request.POST
    here = card.number in post.getlist("row")
    return here, post.get(f"taken_by_{card.number}", SELF), post.get(f"name_{card.number}", "")


@allowed("cards.see")
@require_GET
def cards_sheet(request: ActorRequest) -> HttpResponse:
    """The hand-out sheet: who is to get a card, with a column to sign in."""
    actor = request.actor
    rows = selectors.to_hand_out(actor)
    form = CardFilter(request.GET or None, everywhere=sees_everything(actor))
    community: Office | None = form.cleaned_data.get("community") if form.is_valid() else None
    if community is not None:
        rows = rows.filter(office=community)
    paper = papers.hand_out_sheet(rows[:ON_A_SHEET], community or actor.office, on=clock.today())
    back = reverse("cards-hand-out") if actor.may("cards.hand_out") else reverse("cards")
    return show(request, paper, back_url=back)
