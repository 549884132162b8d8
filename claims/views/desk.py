"""The desk: the queue of stays that need a person, and what the page of a stay says of it."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from claims import labels, selectors
from claims.forms.reviews import AskReversalForm, DeskFilter
from claims.models import Review, Settlement, Stay
from claims.services.holding import open_review, refusal
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import DomainError
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.policy.terms import ReviewReason
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.domain import page_of

from .common import sorted_by

Status = Review.Status
SORTS = ("opened_on", "total", "fund", "stay__institution__code", "stay__resident__pinyin")
TONES = {"waiting": "wait", "proposed": "info", "released": "good", "denied": "bad", "withdrawn": "neutral"}
CLOSED = (Status.RELEASED, Status.DENIED, Status.WITHDRAWN)


# --- the queue -------------------------------------------------------------------------------------------------------


@allowed("reviews.see")
@require_GET
def desk(request: ActorRequest) -> HttpResponse:
    """The stays that need a person, those that wait longest first; filters and order stand in the address."""
    state = request.GET.get("status") or default_state(request.actor)
    rows = selectors.reviews_visible_to(request.actor)
    form = DeskFilter(request.GET or None, counts=selectors.reviews_by_reason(of_state(rows, state)))
    asked = form.cleaned_data if form.is_valid() else {}
    found = filtered(rows, asked)
    shown = of_state(found, state)
    shown = shown.order_by("-closed_on", "-pk") if state == "closed" else shown.order_by("opened_on", "pk")
    page = page_of(request, sorted_by(request, shown, SORTS))
    today = clock.today()
    context = {
        "filter_form": form,
        "tabs": tabs(request, found, state),
        "page": page,
        "rows": [ShownReview(review, (today - review.opened_on).days) for review in page],
        "closed": state == "closed",
    }
    return render(request, "claims/desk.html", context)


def default_state(actor: Actor) -> str:
    """What waits for who looks: a reviewer releases, everybody else begins where it begins."""
    return Status.PROPOSED if actor.role is Role.AGENCY_REVIEWER else Status.WAITING


def filtered(rows: QuerySet[Review], asked: dict[str, Any]) -> QuerySet[Review]:
    if asked.get("reason"):
        rows = rows.filter(reasons__contains=[asked["reason"]])
    if asked.get("institution"):
        rows = rows.filter(stay__institution=asked["institution"])
    if asked.get("total"):
        rows = rows.filter(total__gte=asked["total"])
    if asked.get("q"):
        rows = rows.filter(stay__in=selectors.find_stays(Stay.objects.all(), asked["q"]).order_by().values("pk"))
    return rows


def of_state(rows: QuerySet[Review], state: str) -> QuerySet[Review]:
    return rows.filter(status__in=CLOSED if state == "closed" else [state])


def tabs(request: ActorRequest, rows: QuerySet[Review], state: str) -> list[dict[str, Any]]:
    """The steps of the desk, with how many stays are at each under the filters that are set."""
    parameters = request.GET.copy()
    parameters.pop("page", None)
    made = []
    for code, label in (
        (str(Status.WAITING), Status.WAITING.label),
        (str(Status.PROPOSED), Status.PROPOSED.label),
        ("closed", _("Closed")),
    ):
        parameters["status"] = code
        count = None if code == "closed" else of_state(rows, code).count()
        made.append({"label": label, "url": f"?{parameters.urlencode()}", "active": code == state, "count": count})
    return made


@dataclass(frozen=True, slots=True)
class ShownReview:
    """A review of the queue with for how many days it has waited."""

    review: Review
    days: int

    @property
    def reasons(self) -> list[str]:
        return reasons_of(self.review)

    @property
    def tone(self) -> str:
        return TONES[self.review.status]


def reasons_of(review: Review) -> list[str]:
    return [labels.label(ReviewReason(code)) for code in review.reasons]


# --- on the page of a stay -------------------------------------------------------------------------------------------


def review_panel(request: ActorRequest, stay: Stay) -> dict[str, Any]:
    """What templates/claims/_review.html shows on the stay's page: to the agency its reviews with what was found, to
    an institution that the agency looks at it and, of what was paid, how to ask for the reversal.
    """
    if request.actor.may("reviews.see"):
        reviews = selectors.reviews_visible_to(request.actor).filter(stay=stay).order_by("-pk")
        return {"inside": True, "reviews": [ShownReview(review, 0) for review in reviews]}
    review = open_review(stay)
    paid = paid_settlement(stay) if review is None and request.actor.may("stays.reverse") else None
    told = [code for code in review.reasons if code != ReviewReason.OVERLAP] if review else []
    return {
        "inside": False,
        "review": review,
        "reasons": [labels.label(ReviewReason(code)) for code in told],
        "settlement": paid,
        "form": AskReversalForm() if paid else None,
    }


def paid_settlement(stay: Stay) -> Settlement | None:
    """The live settlement, where it was paid to the institution."""
    return stay.settlements.filter(live=True, paid_out_on__isnull=False).first()


def review_notice(stay: Stay, actor: Actor) -> DomainError | None:
    """Why who looks at the calculation does not settle the stay: it is with the agency. None where it is not."""
    review = open_review(stay) if stay.held else None
    return refusal(review, actor) if review else None
