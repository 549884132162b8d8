"""What the address asks for, and whose office it is."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.shortcuts import get_object_or_404
from django.urls import reverse

from enrollment.contributions.models import ContributionNotice
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.web.decorators import ActorRequest

from ..forms import CockpitFilter
from ..selectors.offices import offices_seen_by, payers_of
from ..selectors.sums import window_year

# The window is theirs who go on; all others are a choice away.
USUAL_KIND = ContributionNotice.Kind.RENEWAL.value


@dataclass(frozen=True, slots=True)
class Asked:
    """A contribution year, a kind of notice (empty for all), and the form that says so."""

    year: int
    kind: str
    form: CockpitFilter

    @property
    def query(self) -> str:
        """The same for another address of the cockpit."""
        return urlencode({"year": self.year, "kind": self.kind})

    def address(self, name: str, office: Office, **more: object) -> str:
        """The address of a page of an office with the same filters, and `more`."""
        added = f"&{urlencode(more)}" if more else ""
        return f"{reverse(name, args=[office.code])}?{self.query}{added}"


def asked_of(request: ActorRequest) -> Asked:
    """What the address says; what it does not say, or says wrongly, is the present window and who goes on."""
    usual = {"year": str(window_year(clock.today())), "kind": USUAL_KIND, "by": ""}
    given = {name: request.GET.get(name, value) for name, value in usual.items()}
    form = CockpitFilter(given)
    if not form.is_valid() or not form.cleaned_data["year"]:
        form = CockpitFilter(usual)
        form.is_valid()
    return Asked(int(form.cleaned_data["year"]), form.cleaned_data["kind"], form)


def office_of(actor: Actor, code: str) -> Office:
    """An office whose figures the actor sees. Raises Http404."""
    return get_object_or_404(offices_seen_by(actor), code=code)


def payers_office_of(actor: Actor, code: str) -> Office:
    """A community or school whose payers the actor sees. Raises Http404."""
    return get_object_or_404(payers_of(actor), code=code)
