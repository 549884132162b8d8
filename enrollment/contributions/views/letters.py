"""The letters of a window: whom they went to, and printing those of a community."""

from collections.abc import Iterable

from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from enrollment.households import selectors as households
from enrollment.registration.labels import label
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.papers.parts import Part, in_parts
from liaoyang_medins.kernel.papers.web import show_all
from liaoyang_medins.kernel.policy.terms import Ineligible
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.domain import PER_PAGE

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


def in_house_order(letters: QuerySet[WindowLetter], community: Office) -> list[int]:
    """The keys of the letters to a community as they are carried round."""
    names = (f"enrollment__resident__{name}" for name in ("pk", "address", "pinyin", "number"))
    rows = letters.filter(enrollment__resident__community=community).order_by().values_list("pk", *names)
    return households.in_house_order((households.Dweller(*row) for row in rows), community)


def read(keys: Iterable[int]) -> list[WindowLetter]:
    """The letters with these keys, in their order."""
    wanted = list(keys)
    found = WindowLetter.objects.select_related("enrollment__resident", "paper").in_bulk(wanted)
    return [found[key] for key in wanted if key in found]


def printed(request: ActorRequest, parts: list[Part], year: int, kind: str, community: Office) -> HttpResponse:
    """A part of the letters to a community as one PDF; the audit record says who took it. Raises Http404."""
    wanted = request.GET.get("part", "1")
    part = next((part for part in parts if str(part.place) == wanted), None)
    if part is None:
        raise Http404(_("There are no such letters."))
    audit.record(
        by=request.actor,
        verb="letters.print",
        obj=community,
        changes={"year": year, "kind": kind, "part": part.place, "letters": part.count},
    )
    papers = letter_papers(read(part.keys), year, clock.today())
    return show_all(papers, f"letters-{year}-{community.code}-{part.place}")


@allowed("notices.see")
@require_GET
@transaction.atomic
def letter_list(request: ActorRequest) -> HttpResponse:
    """The letters of a year and kind by community, and those of one community; with `as=pdf` a part of these on
    paper.
    """
    year, kind, code = wanted(request)
    today = clock.today()
    letters = selectors.letters_to_hand_out(request.actor, year, kind, today)
    counted = letters.order_by().values("enrollment__resident__community").annotate(count=Count("pk"))
    found = {row["enrollment__resident__community"]: row["count"] for row in counted}
    offices = list(Office.objects.filter(pk__in=found).order_by("code"))
    one = next((office for office in offices if office.code == code), None)
    if one is None and len(offices) == 1:
        one = offices[0]
    keys = in_house_order(letters, one) if one else []
    parts = in_parts(keys)
    if request.GET.get("as") == "pdf":
        if one is None:
            raise Http404(_("There are no such letters."))
        return printed(request, parts, year, kind, one)
    page = Paginator(keys, PER_PAGE).get_page(request.GET.get("page"))
    shown = read(page.object_list)
    notices = selectors.notices_to_remind_of(shown, year, today)
    context = {
        "year": year,
        "kind": kind,
        "kind_words": Kind(kind).label,
        "kinds": [(value, words, value == kind) for value, words in Kind.choices],
        "communities": [(office, found[office.pk]) for office in offices],
        "community": one,
        "page": page,
        "parts": parts,
        "rows": [
            (letter, notices.get(letter.enrollment_id), [label(Ineligible(reason)) for reason in letter.reasons])
            for letter in shown
        ],
    }
    return render(request, "contributions/letters.html", context)
