"""What a registration prints: the receipt, the notices that are kept (W2, W3)."""

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.papers.paper import Paper
from liaoyang_medins.kernel.papers.services import of_object
from liaoyang_medins.kernel.papers.web import show
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed

from .. import papers
from ..models import Registration
from .case import opened, quote_of


@allowed("registrations.see")
@require_GET
def receipt(request: ActorRequest, number: str) -> HttpResponse:
    """What the applicant takes home."""
    row = opened(request, number)
    return show(request, receipt_of(row), back_url=page_of(row))


def receipt_of(row: Registration) -> Paper:
    """The receipt as it is today."""
    live = quote_of(row)
    due = live.quote.due if live and live.quote else None
    return papers.receipt(row, on=clock.today(), due=due)


@allowed("registrations.see")
@require_GET
def missing_notice(request: ActorRequest, number: str) -> HttpResponse:
    """W2: all that was missing or wrong, as it was said; `round` names an earlier notice."""
    return kept(request, opened(request, number), papers.MISSING)


@allowed("registrations.see")
@require_GET
def refusal_notice(request: ActorRequest, number: str) -> HttpResponse:
    """W3, E8: the refusal as it was said."""
    return kept(request, opened(request, number), papers.REFUSAL)


def kept(request: ActorRequest, row: Registration, kind: str) -> HttpResponse:
    """The kept notice of a kind, the last one unless another is asked for. Http404 where there is none."""
    asked = request.GET.get("round", "")
    found = of_object(row, kind)
    notice = found.filter(round=int(asked)).first() if asked.isdecimal() and len(asked) < 4 else found.last()
    if notice is None:
        raise Http404
    return show(request, notice.paper(), back_url=page_of(row))


def page_of(row: Registration) -> str:
    return reverse("registration", args=[row.number])
