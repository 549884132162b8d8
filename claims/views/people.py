"""A person at an institution: may they be treated here, today?"""

import contextlib
import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from claims import labels, selectors
from claims.forms.stays import EMERGENCY, EntitlementForm
from claims.models import Institution
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import DomainError
from liaoyang_medins.kernel.policy import PolicyError
from liaoyang_medins.kernel.policy.terms import NotPayable
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed

from .common import attempt


def reasons_of(found: selectors.Entitlement) -> list[str]:
    """Why the person is not entitled, in words that fit before there is any fee line."""
    return [
        _("No benefit period covers this day.") if reason is NotPayable.NO_BENEFIT else labels.label(reason)
        for reason in found.reasons
    ]


@allowed("stays.enter", "referrals.enter")
@require_POST
def stay_person(request: ActorRequest) -> HttpResponse:
    """The live answer beside the field: who this is, and what they are entitled to on the day that was typed."""
    day = clock.today()
    typed = request.POST.get("admitted_at", "")[:10] or request.POST.get("issued_on", "")
    with contextlib.suppress(ValueError):
        day = datetime.date.fromisoformat(typed)
    code = request.POST.get("institution", "")
    institution = selectors.institution_of(request.actor) or Institution.objects.filter(code=code).first()
    context: dict[str, object] = {}
    try:
        person = selectors.find_resident(request.POST.get("resident", ""), today=clock.today())
        found = selectors.entitlement(person, day, institution, emergency=request.POST.get("emergency") == EMERGENCY)
        context = {"found": found, "reasons": reasons_of(found)}
    except DomainError as error:
        context = {"problem": error.message}
    except PolicyError:
        pass
    return render(request, "claims/_person.html", context)


@allowed("stays.see")
def entitlement(request: ActorRequest) -> HttpResponse:
    """May this person be treated on this date, here? The number is posted, so that no address holds it."""
    today = clock.today()
    form = EntitlementForm(request.POST or None, by=request.actor, today=today)
    context: dict[str, object] = {"form": form}
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        person = attempt(form, lambda: selectors.find_resident(data["resident"], today=today))
        if person is not None:
            institution = selectors.institution_of(request.actor) or data.get("institution")
            try:
                found = selectors.entitlement(person, data["on"], institution, emergency=data["emergency"])
            except PolicyError as error:
                form.add_error("on", str(error))
            else:
                context |= {"found": found, "reasons": reasons_of(found)}
    return render(request, "claims/entitlement.html", context)
