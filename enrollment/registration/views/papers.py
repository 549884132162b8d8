"""What a registration prints: the receipt, the notice of missing material (W2), the notice of refusal (W3)."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.services import entries_of
from liaoyang_medins.kernel.policy.terms import Category, Material, Tier
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed

from ..answers import reasons_of
from ..guide import guide, next_step
from ..labels import article_text, label
from ..models import Registration
from ..selectors import policy_on
from .case import eligibility_steps, material_rows, opened, quote_of

Status = Registration.Status
BAD = ("missing", "wrong")


def paper(request: ActorRequest, row: Registration, template: str, **more: Any) -> HttpResponse:
    context = {
        "row": row,
        "resident": row.resident,
        "number": row.number,
        "agency": row.office.label,
        "date": row.received_on,
        "back_url": reverse("registration", args=[row.number]),
        **more,
    }
    return render(request, template, context)


@allowed("registrations.see")
@require_GET
def receipt(request: ActorRequest, number: str) -> HttpResponse:
    """What the applicant takes home: number, what was received, what happens next and until when (U8)."""
    row = opened(request, number)
    return paper(
        request,
        row,
        "registration/receipt.html",
        materials=material_rows(row),
        next=next_step(row.status, from_school=row.office.kind == "school"),
        guide=guide(clock.today()),
        category=label(Category(row.category)) if row.category else "",
        tier=label(Tier(row.tier)) if row.tier else "",
        live=quote_of(row),
    )


@allowed("registrations.see")
@require_GET
def missing_notice(request: ActorRequest, number: str) -> HttpResponse:
    """W2: all that is missing or wrong, at once. Http404 where nothing is."""
    row = opened(request, number)
    copies = policy_on(row.received_on).registration.copies
    found = [item for item in row.materials.all() if item.state in BAD]
    if not found:
        raise Http404
    rows = [
        {
            "label": label(Material(item.material)),
            "words": item.get_state_display(),
            "remark": item.remark,
            "copies": copies[Material(item.material)].value,
            "article": article_text(copies[Material(item.material)].article),
        }
        for item in found
    ]
    return paper(request, row, "registration/missing_notice.html", rows=rows, date=row.step_since)


@allowed("registrations.see")
@require_GET
def refusal_notice(request: ActorRequest, number: str) -> HttpResponse:
    """W3, E8: the refusal with every reason and its article. Http404 where it is not refused."""
    row = opened(request, number)
    if row.status != Status.REFUSED:
        raise Http404
    entry = entries_of(row._meta.label_lower, row.number).filter(changes__status=Status.REFUSED).first()
    return paper(
        request,
        row,
        "registration/refusal_notice.html",
        reasons=reasons_of(eligibility_steps(row)) if row.reasons else [],
        remark=entry.note if entry else row.remark,
        date=row.step_since,
        measures=_("Measures for Basic Medical Insurance of Urban Residents of Liaoyang"),
    )
