"""Taking back one's own last act of today."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from liaoyang_medins.kernel.errors import Conflict, Refused
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed

from .. import services
from ..step_forms import StepForm
from .case import changed_meanwhile, opened


@allowed("registrations.undo")
@require_POST
def undo(request: ActorRequest, number: str) -> HttpResponse:
    """Take back what one did last, today, on a registration."""
    row = opened(request, number)
    form = StepForm(request.POST)
    version = form.cleaned_data["version"] if form.is_valid() else 0
    try:
        services.undo(number=number, version=version, by=request.actor)
    except Conflict as error:
        return changed_meanwhile(request, row, error)
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("It is taken back."))
    return redirect("registration", number)
