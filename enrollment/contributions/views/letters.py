"""The letters of a window: whom they went to, and printing those of a community."""

from django.db.models import Count, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from enrollment.registration.labels import label
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.papers.web import show_all
from liaoyang_medins.kernel.policy.terms import Ineligible
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.domain import page_of

from .. import selectors
from ..letters import letter_papers
from ..models import WindowLetter

Kind = WindowLetter.Kind


def wanted(request: ActorRequest) -> tuple[int, str, str]:
    """Contribution year, kind and community of the address. Raises Http404."""
    year = request.GET.get("year", "") or str(clock.today().year + 1)
    kind = request.GET.get("kind", "") or Kind.REMINDER.value
    if not (year.isdecimal() and len(year) == 4) or kind not in Kind.values:
        raise Http404(_("There are no such letters."))
    return int(year), kind, request.GET.get("community", "")


def in_house_order(letters: QuerySet[WindowLetter]) -> QuerySet[WindowLetter]:
    """As they are carried round: by address, then by name."""
    letters = letters.select_related("enrollment__resident", "paper")
    return letters.order_by("enrollment__resident__address", "enrollment__resident__pinyin", "id")


@allowed("notices.see")
@require_GET
def letter_list(request: ActorRequest) -> HttpResponse:
    """The letters of a year and kind by community, and those of one community; with `as=pdf` these on paper."""
    year, kind, code = wanted(request)
    today = clock.today()
    letters = selectors.letters_to_hand_out(request.actor, year, kind, today)
    counted = letters.order_by().values("enrollment__resident__community").annotate(count=Count("pk"))
    found = {row["enrollment__resident__community"]: row["count"] for row in counted}
    offices = list(Office.objects.filter(pk__in=found).order_by("code"))
    one = next((office for office in offices if office.code == code), None)
    if one is None and len(offices) == 1:
        one = offices[0]
    rows = in_house_order(letters.filter(enrollment__resident__community=one)) if one else letters.none()
    if request.GET.get("as") == "pdf":
        if one is None:
            raise Http404(_("There are no such letters."))
        return show_all(letter_papers(list(rows), year, today), f"letters-{year}-{one.code}")
    page = page_of(request, rows)
    notices = selectors.notices_to_remind_of(page.object_list, year, today)
    context = {
        "year": year,
        "kind": kind,
        "kind_words": Kind(kind).label,
        "kinds": [(value, words, value == kind) for value, words in Kind.choices],
        "communities": [(office, found[office.pk]) for office in offices],
        "community": one,
        "page": page,
        "rows": [
            (letter, notices.get(letter.enrollment_id), [label(Ineligible(reason)) for reason in letter.reasons])
            for letter in page
        ],
    }
    return render(request, "contributions/letters.html", context)
