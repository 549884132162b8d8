"""The slips of an institution and a month: how many they are, and all of them as one PDF."""

import calendar
import datetime
from typing import Any

from django import forms
from django.db.models import Count, QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from claims import papers, selectors
from claims.forms.fields import InstitutionChoice
from claims.models import Institution, Settlement
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.papers.web import show_all
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed

# A page takes about 6 ms: so many are made while somebody waits.
AT_MOST = 500


class SlipsForm(forms.Form):
    """Which slips. A hospital's are its own."""

    institution = InstitutionChoice(label=gettext_lazy("Institution"), empty_label=gettext_lazy("Choose"))
    month = forms.DateField(
        label=gettext_lazy("Decided in the month"),
        input_formats=["%Y-%m"],
        widget=forms.DateInput(attrs={"type": "month", "data-width": "medium"}, format="%Y-%m"),
    )

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own = selectors.institution_of(by)
        if self.own:
            del self.fields["institution"]

    def asked(self) -> tuple[Institution, datetime.date]:
        """The institution and the first day of the month; call it where the form is valid."""
        return self.own or self.cleaned_data["institution"], self.cleaned_data["month"]


def settlements_of(institution: Institution, month: datetime.date, by: Actor) -> "QuerySet[Settlement]":
    """The live settlements of an institution that were decided in the month of the day, as far as the actor may see
    them.
    """
    last = calendar.monthrange(month.year, month.month)[1]
    found = selectors.settlements_visible_to(by).filter(
        stay__institution=institution, live=True, decided_on__range=(month.replace(day=1), month.replace(day=last))
    )
    return found.order_by("decided_on", "number")


@allowed("stays.see")
@require_GET
def settlement_slips(request: ActorRequest) -> HttpResponse:
    """How many slips a month has and what they come to; with `as=pdf` the slips themselves, each on its page."""
    form = SlipsForm(request.GET or None, by=request.actor, initial={"month": clock.today()})
    context: dict[str, Any] = {"form": form, "at_most": AT_MOST}
    if form.is_valid():
        institution, month = form.asked()
        rows = settlements_of(institution, month, request.actor)
        sums = rows.order_by().aggregate(
            count=Count("pk"),
            total=Sum("total", default=ZERO),
            fund=Sum("fund", default=ZERO),
            resident=Sum("resident_pays", default=ZERO),
        )
        too_many = sums["count"] > AT_MOST
        if request.GET.get("as") == "pdf" and 0 < sums["count"] <= AT_MOST:
            return show_all(papers.slips(list(rows)), f"slips-{institution.code}-{month:%Y-%m}")
        context |= {"institution": institution, "month": month, "sums": sums, "too_many": too_many}
        if too_many:
            context["problem"] = _("These are more than %(count)s: print them one by one.") % {"count": AT_MOST}
    return render(request, "claims/settlement_slips.html", context)
