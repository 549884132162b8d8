"""The bank accounts of an institution: where it is paid to, since when, and who confirmed it."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from claims.models import Institution
from claims.selectors import institution_of
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import Conflict
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.web.conflicts import attempt, conflict_page
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed

from .. import selectors, services
from ..forms import BankAccountForm, ConfirmationForm, RefusalForm
from ..models import InstitutionAccount

TONES = {"proposed": "wait", "confirmed": "good", "refused": "bad"}


@allowed("bank_accounts.see")
@require_http_methods(["GET", "POST"])
def bank_accounts(request: ActorRequest, code: str) -> HttpResponse:
    """The accounts of an institution, and a form for a further one."""
    actor = request.actor
    institution = get_object_or_404(Institution.objects.select_related("office"), code=code)
    if actor.role is Role.HOSPITAL and institution != institution_of(actor):
        raise Http404
    may_enter = actor.may("bank_accounts.enter")
    form = BankAccountForm(request.POST or None, initial={"holder": institution.office.name})
    if request.method == "POST":
        actor.require("bank_accounts.enter")
        if form.is_valid():
            try:
                made = attempt(form, lambda: services.enter_account(institution=code, by=actor, **form.cleaned_data))
            except Conflict as error:
                return conflict_page(
                    request, institution, error, back_url=request.path, back_label=_("Look at the accounts")
                )
            if made is not None:
                messages.success(request, _("Entered. A colleague confirms it."))
                return redirect("bank-accounts", code)
    rows = selectors.bank_accounts_visible_to(actor).filter(institution=institution).order_by("-starts", "-pk")
    now = selectors.accounts_on(clock.today(), [institution.pk]).get(institution.pk)
    context = {
        "institution": institution,
        "rows": [(row, TONES[row.status], row == now) for row in rows],
        "now": now,
        "form": form if may_enter else None,
        "may_confirm": actor.may("bank_accounts.confirm"),
        "own_key": actor.user_id,
    }
    return render(request, "paying/bank_accounts.html", context, status=422 if may_enter and form.errors else 200)


def opened(request: ActorRequest, pk: int) -> InstitutionAccount:
    """The account, where the actor may see it. Http404 for others."""
    return get_object_or_404(selectors.bank_accounts_visible_to(request.actor), pk=pk)


def step(request: ActorRequest, form: forms.Form, found: InstitutionAccount, **texts: str) -> HttpResponse:
    context = {"account": found, "form": form, **texts}
    return render(request, "paying/bank_account_step.html", context, status=422 if form.errors else 200)


@allowed("bank_accounts.confirm")
@require_http_methods(["GET", "POST"])
def bank_account_confirm(request: ActorRequest, pk: int) -> HttpResponse:
    """Confirm an account that a colleague entered, with its number from the institution's letter."""
    found = opened(request, pk)
    form = ConfirmationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        number = form.cleaned_data["account_number"]
        made = attempt(form, lambda: services.confirm_account(key=pk, account_number=number, by=request.actor))
        if made is not None:
            messages.success(request, _("Confirmed. Payments from its day on go there."))
            return redirect("bank-accounts", found.institution.code)
    return step(request, form, found, title=_("Confirm the account"))


@allowed("bank_accounts.confirm")
@require_http_methods(["GET", "POST"])
def bank_account_refuse(request: ActorRequest, pk: int) -> HttpResponse:
    """Refuse one, with the reason."""
    found = opened(request, pk)
    form = RefusalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        made = attempt(form, lambda: services.refuse_account(key=pk, reason=reason, by=request.actor))
        if made is not None:
            messages.success(request, _("Refused."))
            return redirect("bank-accounts", found.institution.code)
    return step(request, form, found, title=_("Refuse the account"), tone="danger")
