"""The catalogue of drugs, treatments and services, and what it and the diagnoses suggest while somebody types."""

import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from claims import selectors
from claims.forms.institutions import CatalogueFilter
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.domain import page_of

from .common import sorted_by

OPTIONS = 20


@allowed("catalogue.see")
@require_GET
def catalogue(request: ActorRequest) -> HttpResponse:
    """The catalogue as it holds on a day: today, unless another is asked for."""
    today = clock.today()
    form = CatalogueFilter(request.GET or None)
    asked = form.cleaned_data if form.is_valid() else {}
    day = asked.get("on") or today
    items = selectors.find_items(asked.get("q", ""), day)
    if asked.get("cls"):
        items = items.filter(catalogue_class=asked["cls"])
    if asked.get("kind"):
        items = items.filter(kind=asked["kind"])
    items = sorted_by(request, items, ("code", "name", "catalogue_class", "personal_share", "price_limit", "starts"))
    context = {"filter_form": form, "page": page_of(request, items), "day": day, "is_today": day == today}
    return render(request, "claims/catalogue.html", context)


@allowed("stays.enter")
@require_GET
def item_options(request: ActorRequest) -> HttpResponse:
    """Options for what is being typed, and what the catalogue says of the item once its code is whole.

    The field that asks has a prefix where it is one row's of several: its day has the same, and no place beside it.
    """
    name = request.headers.get("HX-Trigger-Name", "item_code")
    prefix = name.removesuffix("item_code")
    text = request.GET.get(name, "").strip()
    try:
        on = datetime.date.fromisoformat(request.GET.get(f"{prefix}on", ""))
    except ValueError:
        on = clock.today()
    items = list(selectors.find_items(text, on)[:OPTIONS]) if text else []
    exact = next((item for item in items if item.code == text), None)
    context = {"items": items, "exact": exact, "typed": text, "on": on, "live": not prefix}
    return render(request, "claims/_item_options.html", context)


@allowed("stays.enter", "referrals.enter")
@require_GET
def diagnosis_options(request: ActorRequest) -> HttpResponse:
    """Options for a diagnosis that is being typed, and its name once the code is whole."""
    text = request.GET.get("diagnosis", "").strip()
    found = list(selectors.find_diagnoses(text)[:OPTIONS]) if text else []
    exact = next((diagnosis for diagnosis in found if diagnosis.code == text.upper()), None)
    return render(request, "claims/_diagnosis_options.html", {"diagnoses": found, "exact": exact})
