"""Cases of misuse: the list, a case from its facts to the decision, what comes back."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from enrollment.cards.selectors import cards_of
from enrollment.registration.models import Resident
from enrollment.registration.selectors import residents_visible_to
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.selectors import timeline
from liaoyang_medins.kernel.audit.services import entries_of
from liaoyang_medins.kernel.days import last_day_of_term
from liaoyang_medins.kernel.papers.services import of_object
from liaoyang_medins.kernel.papers.web import show
from liaoyang_medins.kernel.web import steps
from liaoyang_medins.kernel.web.conflicts import attempt
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.domain import page_of

from . import papers, selectors, services
from .forms import PREFIX, CaseFilter, CaseForm, DecisionForm, DismissalForm, PaymentForm, RevocationForm
from .models import MisuseCase

Status = MisuseCase.Status
TONES = {"open": "wait", "decided": "bad", "dismissed": "neutral", "revoked": "neutral"}
# The usual term to repay; the reviewer sets another where there is reason.
USUAL_TERM = 30


@allowed("misuse.see")
@require_GET
def cases(request: ActorRequest) -> HttpResponse:
    """All cases, with what is claimed and came back."""
    form = CaseFilter(request.GET or None)
    asked = form.cleaned_data if form.is_valid() else {}
    rows = selectors.with_sums(selectors.cases_visible_to(request.actor))
    if asked.get("status"):
        rows = rows.filter(status=asked["status"])
    text = (asked.get("q") or "").strip()
    if text:
        rows = rows.filter(Q(number=text.upper()) | Q(resident__name__startswith=text))
    page = page_of(request, rows.order_by("-opened_on", "-number"))
    context = {"filter_form": form, "page": page, "rows": [(row, TONES[row.status]) for row in page]}
    return render(request, "misuse/cases.html", context)


def opened(request: ActorRequest, number: str) -> MisuseCase:
    """The case, where the actor may see it. Http404 for others."""
    return get_object_or_404(selectors.cases_visible_to(request.actor), number=number)


@allowed("misuse.see")
@require_GET
def case(request: ActorRequest, number: str) -> HttpResponse:
    """One case: facts, decision, what is claimed and came back."""
    found = opened(request, number)
    actor = request.actor
    recovery = selectors.recovery_of(found)
    may_decide = actor.may("misuse.decide") and not selectors.wrote_facts(found, actor)
    context = {
        "case": found,
        "resident": found.resident,
        "tone": TONES[found.status],
        "items": found.items.select_related("settlement__stay__institution__office"),
        "payments": found.payments.order_by("paid_on", "number"),
        "recovery": recovery,
        "overdue": found.due_on is not None and recovery.outstanding > 0 and found.due_on < clock.today(),
        "can_edit": actor.may("misuse.open") and found.status == Status.OPEN,
        "can_decide": may_decide and found.status == Status.OPEN,
        "can_revoke": may_decide and found.status == Status.DECIDED,
        "can_recover": actor.may("misuse.recover") and found.status == Status.DECIDED and recovery.outstanding > 0,
        "entries": timeline(entries_of(found._meta.label_lower, found.number)),
    }
    return render(request, "misuse/case.html", context)


def case_form(request: ActorRequest, resident: Resident, found: MisuseCase | None = None) -> CaseForm:
    """The form of a new case, or of one that is open."""
    initial: dict[str, Any] = {"found_on": clock.today()}
    if found is not None:
        initial = {
            "version": found.version,
            "kind": found.kind,
            "card_number": found.card.number if found.card else "",
            "found_on": found.found_on,
            "facts": found.facts,
        }
        initial |= {
            f"{PREFIX}{item.settlement.number}": item.amount for item in found.items.select_related("settlement")
        }
    return CaseForm(
        request.POST or None,
        cards=cards_of(resident),
        settlements=selectors.recoverable(resident),
        initial=initial,
    )


@allowed("misuse.open")
@require_http_methods(["GET", "POST"])
def case_new(request: ActorRequest, number: str) -> HttpResponse:
    """Open a case about a resident."""
    resident = get_object_or_404(residents_visible_to(request.actor), number=number)
    form = case_form(request, resident)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        made = attempt(
            form,
            lambda: services.open_case(
                submission=data["submission"],
                resident_number=resident.number,
                card_number=data["card_number"],
                kind=data["kind"],
                found_on=data["found_on"],
                facts=data["facts"],
                recover=form.recover(),
                by=request.actor,
            ),
        )
        if made is not None:
            messages.success(request, _("The case is open. Somebody else decides it."))
            return redirect("misuse-case", made.number)
    context = {"form": form, "resident": resident, "back": reverse("resident", args=[resident.number])}
    return render(request, "misuse/case_form.html", context, status=422 if form.errors else 200)


@allowed("misuse.open")
@require_http_methods(["GET", "POST"])
def case_edit(request: ActorRequest, number: str) -> HttpResponse:
    """Put an open case right."""
    found = opened(request, number)
    form = case_form(request, found.resident, found)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data

        def change() -> MisuseCase:
            return services.change_case(
                number=number,
                version=data["version"] or 0,
                kind=data["kind"],
                found_on=data["found_on"],
                facts=data["facts"],
                card_number=data["card_number"],
                recover=form.recover(),
                by=request.actor,
            )

        response = done(request, found, form, change, _("Saved."))
        if response is not None:
            return response
    context = {"form": form, "case": found, "resident": found.resident, "back": found.get_absolute_url()}
    return render(request, "misuse/case_form.html", context, status=422 if form.errors else 200)


def done(
    request: ActorRequest, found: MisuseCase, form: forms.Form, verb: Callable[[], Any], said: str
) -> HttpResponse | None:
    """Where a step leads: to the case, to who was first, or None back to its form."""
    return steps.done(request, found, form, verb, said, back_label=_("Look at the case"))


def step(
    request: ActorRequest,
    number: str,
    form_class: type[forms.Form],
    verb: Callable[..., Any],
    words: dict[str, str],
    **initial: Any,
) -> HttpResponse:
    """A page with one form that does something with the case; `words` are title, text, what is said then, and tone."""
    found = opened(request, number)
    form = form_class(request.POST or None, initial={"version": found.version, **initial})
    return steps.step(
        request,
        found,
        form,
        lambda: verb(number=number, by=request.actor, **form.cleaned_data),
        words,
        template="misuse/step.html",
        back_label=_("Look at the case"),
        case=found,
        resident=found.resident,
        recovery=selectors.recovery_of(found),
    )


@allowed("misuse.decide")
@require_http_methods(["GET", "POST"])
def decide(request: ActorRequest, number: str) -> HttpResponse:
    """It was a misuse."""
    today = clock.today()
    words = {
        "title": _("Decide: it was a misuse"),
        "text": _(
            "From today benefits stop and the card is suspended; the person may not take part for two years and comes "
            "back as after a lapse, with the waiting period (Art. 30)."
        ),
        "said": _("The misuse is decided. Print the decision."),
        "tone": "danger",
    }
    found = opened(request, number)
    initial = {"debtor": found.resident.name, "due_on": last_day_of_term(today, USUAL_TERM)}
    return step(request, number, DecisionForm, services.decide_case, words, **initial)


@allowed("misuse.decide")
@require_http_methods(["GET", "POST"])
def dismiss(request: ActorRequest, number: str) -> HttpResponse:
    """It was none."""
    words = {
        "title": _("Dismiss the case"),
        "text": _("Nothing follows from it; the case is kept."),
        "said": _("The case is dismissed."),
        "tone": "",
    }
    return step(request, number, DismissalForm, services.dismiss_case, words)


@allowed("misuse.decide")
@require_http_methods(["GET", "POST"])
def revoke(request: ActorRequest, number: str) -> HttpResponse:
    """The decision fell."""
    words = {
        "title": _("Revoke the decision"),
        "text": _(
            "After an objection or in court: the bar was never true, the enrollment goes on, "
            "nothing is claimed any more."
        ),
        "said": _("The decision is revoked."),
        "tone": "danger",
    }
    return step(request, number, RevocationForm, services.revoke_decision, words)


@allowed("misuse.recover")
@require_http_methods(["GET", "POST"])
def payment_new(request: ActorRequest, number: str) -> HttpResponse:
    """Money came back."""
    words = {
        "title": _("Record money that came back"),
        "text": _("Whole or in parts, by the bank's day. It gives no cap back."),
        "said": _("The payment is recorded."),
        "tone": "",
    }
    return step(request, number, PaymentForm, services.record_recovery, words, paid_on=clock.today())


@allowed("misuse.see")
@require_GET
def decision_print(request: ActorRequest, number: str) -> HttpResponse:
    """The decision as it was said. Http404 where there is none."""
    found = opened(request, number)
    kept = of_object(found, papers.DECISION).last()
    if kept is None:
        raise Http404
    return show(request, kept.paper(), back_url=found.get_absolute_url())
