"""Fee lines of a stay: typed one by one, pasted, removed."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from claims import selectors, services
from claims.forms.lines import LineForm, PasteForm
from liaoyang_medins.kernel.money import ZERO
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed

from .common import attempt
from .stays import stay_page


@allowed("stays.enter")
@require_POST
def stay_lines(request: ActorRequest, number: str) -> HttpResponse:
    """Add what was typed or pasted; what is wrong comes back on the page of the stay, with what was typed."""
    stay = get_object_or_404(
        selectors.stays_visible_to(request.actor).select_related("referral", "made_by"), number=number
    )
    pasted = "lines_text" in request.POST
    form: LineForm | PasteForm = PasteForm(request.POST) if pasted else LineForm(request.POST)
    if form.is_valid():
        outcomes = attempt(form, lambda: services.add_lines(stay_number=number, lines=form.lines(), by=request.actor))
        if outcomes is not None:
            count = len(outcomes)
            total = sum((outcome.line.amount for outcome in outcomes), ZERO)
            in_scope = sum((outcome.in_scope for outcome in outcomes), ZERO)
            messages.success(
                request,
                _("Lines added: %(count)s, %(total)s yuan, of which %(in_scope)s yuan in scope.")
                % {"count": count, "total": f"{total:,.2f}", "in_scope": f"{in_scope:,.2f}"},
            )
            return redirect(reverse("stay", args=[number]) + "#add-line")
    if isinstance(form, PasteForm):
        return stay_page(request, stay, paste_form=form)
    return stay_page(request, stay, line_form=form)


@allowed("stays.enter")
@require_POST
def stay_line_delete(request: ActorRequest, number: str) -> HttpResponse:
    """Remove the ticked lines, or the one whose button was pressed."""
    get_object_or_404(selectors.stays_visible_to(request.actor), number=number)
    chosen = request.POST.getlist("row")
    if not chosen:
        messages.error(request, _("Tick the lines that you want to remove."))
        return redirect(reverse("stay", args=[number]) + "#lines")
    count = services.remove_lines(stay_number=number, line_numbers=chosen, by=request.actor)
    messages.success(request, _("Lines removed: %(count)s.") % {"count": count})
    return redirect(reverse("stay", args=[number]) + "#lines")
