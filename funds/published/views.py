"""The published figures: for everybody without signing in, and the agency's drafts."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed

from . import services
from .exports import csv_of
from .forms import PrepareForm, VersionForm, years_to_prepare
from .models import Publication
from .selectors import newest_editions, publications_seen_by, shown


@require_GET
def public_figures(request: HttpRequest) -> HttpResponse:
    """The years of which figures were published."""
    return render(request, "published/years.html", {"publications": newest_editions()})


def edition_of(request: HttpRequest, year: int) -> Publication:
    """The newest published edition of a year, or the one that the address names. Raises Http404."""
    published = Publication.objects.filter(status=Publication.Status.PUBLISHED, year=year)
    asked = request.GET.get("edition", "")
    if asked:
        published = published.filter(number=f"{year}-{asked}"[:10])
    found = published.order_by("-edition").first()
    if found is None:
        raise Http404
    return found


@require_GET
def public_figures_year(request: HttpRequest, year: int) -> HttpResponse:
    """The published figures of a year."""
    publication = edition_of(request, year)
    others = Publication.objects.filter(status=Publication.Status.PUBLISHED, year=year).exclude(pk=publication.pk)
    context = {"publication": publication, "shown": shown(publication), "others": others}
    return render(request, "published/year.html", context)


@require_GET
def public_figures_csv(request: HttpRequest, year: int) -> HttpResponse:
    """The same figures for programs."""
    publication = edition_of(request, year)
    response = HttpResponse(csv_of(publication), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="liaoyang-{publication.number}.csv"'
    return response


@allowed("publications.see")
@require_GET
def publications(request: ActorRequest) -> HttpResponse:
    """What was published and the drafts; the years that can be prepared."""
    context = {
        "publications": publications_seen_by(request.actor),
        "years": years_to_prepare(clock.today()) if request.actor.may("publications.prepare") else [],
    }
    return render(request, "published/publications.html", context)


@allowed("publications.prepare")
@require_POST
def publication_new(request: ActorRequest) -> HttpResponse:
    """Prepare the figures of a year."""
    form = PrepareForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose the year."))
        return redirect("publications")
    made = services.prepare_publication(year=int(form.cleaned_data["year"]), by=request.actor)
    messages.success(request, _("The figures are prepared. Somebody else checks and publishes them."))
    return redirect(made)


@allowed("publications.see")
@require_GET
def publication(request: ActorRequest, number: str) -> HttpResponse:
    """A draft as the public will see it, or what was published."""
    found = get_object_or_404(publications_seen_by(request.actor), number=number)
    return render(request, "published/publication.html", {"publication": found, "shown": shown(found)})


@allowed("publications.publish")
@require_POST
def publication_publish(request: ActorRequest, number: str) -> HttpResponse:
    """Publish a draft."""
    found = get_object_or_404(publications_seen_by(request.actor), number=number)
    form = VersionForm(request.POST)
    if form.is_valid():
        services.publish(number=found.number, version=form.cleaned_data["version"], by=request.actor)
        messages.success(request, _("Published."))
    return redirect(found)


@allowed("publications.discard")
@require_POST
def publication_discard(request: ActorRequest, number: str) -> HttpResponse:
    """Take a draft away."""
    found = get_object_or_404(publications_seen_by(request.actor), number=number)
    form = VersionForm(request.POST)
    if not form.is_valid():
        return redirect(found)
    services.discard_publication(number=found.number, version=form.cleaned_data["version"], by=request.actor)
    messages.success(request, _("The draft was discarded."))
    return redirect("publications")
