"""A settlement decided again from its own facts under its own policy version, figure by figure (Art. 35)."""

from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from claims import labels, selectors
from claims.services.settlement import compared
from liaoyang_medins.kernel.policy import PolicyError
from liaoyang_medins.kernel.policy.terms import NotPayable
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.templatetags.medins import money, percent

FIGURES: dict[str, Promise] = {
    "payable": gettext_lazy("Whether the fund pays"),
    "reasons": gettext_lazy("Why the fund pays nothing"),
    "total": gettext_lazy("Total cost"),
    "in_scope": gettext_lazy("In-scope cost"),
    "cap": gettext_lazy("Cap"),
    "cap_used": gettext_lazy("Cap used before"),
    "ratio": gettext_lazy("Fund ratio"),
    "fund": gettext_lazy("The fund pays"),
    "resident_pays": gettext_lazy("The resident pays"),
    "out_of_scope": gettext_lazy("Out of scope"),
    "deductible": gettext_lazy("Deductible"),
    "copayment": gettext_lazy("Co-payment"),
    "over_cap": gettext_lazy("Over the cap"),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as it is stored and as it comes out again, in words."""

    label: str
    stored: str
    recomputed: str
    same: bool


@allowed("stays.see")
@require_GET
def settlement_recompute(request: ActorRequest, number: str) -> HttpResponse:
    """Every figure of the settlement beside what its facts and its policy version give now; nothing is stored."""
    found = get_object_or_404(selectors.settlements_visible_to(request.actor), number=number)
    figures: list[Figure] = []
    problem = ""
    try:
        pairs = compared(found)
        figures = [figure(name, *pairs[name]) for name in FIGURES]
    except PolicyError:
        problem = _("Its policy version is not there any more, or was edited since.")
    except (ValueError, TypeError):
        problem = _("Its stored facts cannot be read.")
    context = {
        "settlement": found,
        "figures": figures,
        "problem": problem,
        "same": not problem and all(row.same for row in figures),
    }
    return render(request, "claims/recompute.html", context)


def figure(name: str, stored: object, recomputed: object) -> Figure:
    return Figure(str(FIGURES[name]), words(name, stored), words(name, recomputed), stored == recomputed)


def words(name: str, value: object) -> str:
    """A figure for readers; a dash where there is none."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return " ".join(labels.label(NotPayable(code)) for code in value) or "–"
    if isinstance(value, Decimal):
        return percent(value) if name == "ratio" else money(value)
    return "–"
