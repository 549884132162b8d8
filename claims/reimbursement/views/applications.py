"""Applications for reimbursement: the queues, a new one, and one with everything that belongs to it."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from claims import labels
from claims.forms.lines import LineForm, PasteForm
from claims.selectors import find_resident
from claims.services import presettle
from claims.views.claim import shown_lines, sums_of
from claims.views.common import attempt, sheet
from enrollment.registration import idnumber
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.audit.selectors import timeline
from liaoyang_medins.kernel.errors import DomainError
from liaoyang_medins.kernel.papers.services import of_object
from liaoyang_medins.kernel.policy import PolicyError
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.domain import counted, page_of

from .. import papers, rules, selectors, services
from ..forms import AccountForm, ApplicationForm, EntryForm, ReimbursementFilter
from ..labels import PAPERS, TONES
from ..models import Reimbursement
from ..services.common import entered_by
from ..services.scans import scans_of
from .common import done, opened, step

Status = Reimbursement.Status
UNANSWERED = "unanswered"


@allowed("reimbursements.see")
@require_GET
def reimbursements(request: ActorRequest) -> HttpResponse:
    """The applications by their queues, with how long each has been here; filters stand in the address."""
    form = ReimbursementFilter(request.GET or None)
    asked = form.cleaned_data if form.is_valid() else {}
    found = selectors.find(selectors.with_sums(selectors.visible_to(request.actor)), asked.get("q", ""))
    if asked.get("reason"):
        found = found.filter(reason=asked["reason"])
    state = asked.get("state") or UNANSWERED
    page = page_of(request, in_order(of_state(found, state), state))
    today = clock.today()
    context = {
        "filter_form": form,
        "tabs": tabs(request, state, found),
        "page": page,
        "rows": [
            {
                "application": row,
                "tone": TONES[row.status],
                "age": selectors.age_in_days(row, today) if row.status in Reimbursement.UNANSWERED else None,
                "late": row.status in Reimbursement.UNANSWERED and row.due_on < today,
            }
            for row in page
        ],
    }
    return render(request, "reimbursement/applications.html", context)


def of_state(found: QuerySet[Reimbursement], state: str) -> QuerySet[Reimbursement]:
    if state == UNANSWERED:
        return found.filter(status__in=Reimbursement.UNANSWERED)
    return found.filter(status=state) if state in Status.values else found


def in_order(found: QuerySet[Reimbursement], state: str) -> QuerySet[Reimbursement]:
    """What is not answered by its term, the rest by its day, newest first."""
    waiting = state == UNANSWERED or state in Reimbursement.UNANSWERED
    return found.order_by("due_on", "number") if waiting else selectors.newest_first(found)


def tabs(request: ActorRequest, state: str, found: QuerySet[Reimbursement]) -> list[dict[str, Any]]:
    """The queues, with how many applications are in each under the filters that are set."""
    parameters = request.GET.copy()
    parameters.pop("page", None)
    made = []
    for code, label in [(UNANSWERED, _("To be answered")), *Status.choices, ("all", _("All"))]:
        parameters["state"] = code
        count = counted(of_state(found, code))
        made.append({"label": label, "url": "?" + parameters.urlencode(), "active": code == state, "count": count})
    return made


@allowed("reimbursements.enter")
@require_http_methods(["GET", "POST"])
def reimbursement_new(request: ActorRequest) -> HttpResponse:
    """Enter an application at the counter."""
    # From the person's page; an ID number is never taken out of an address.
    number = request.GET.get("resident", "")
    initial = {} if idnumber.looks_like(number) else {"resident": number}
    form = EntryForm(request.POST or None, by=request.actor, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        made = attempt(
            form,
            lambda: services.enter(
                submission=data["submission"],
                application=form.application(find_resident(data["resident"], today=clock.today()).number),
                account=form.account(),
                by=request.actor,
            ),
        )
        if made is not None:
            messages.success(
                request,
                _("Entered under the number %(number)s. Type or import the fee lines now.") % {"number": made.number},
            )
            return redirect("reimbursement", made.number)
    return render(request, "reimbursement/form.html", {"form": form}, status=422 if form.errors else 200)


@allowed("reimbursements.enter")
@require_http_methods(["GET", "POST"])
def reimbursement_edit(request: ActorRequest, number: str) -> HttpResponse:
    """Put the facts of an application right."""
    found = opened(request, number)
    initial = {
        "version": found.version,
        "discharged_on": found.stay.discharged_on,
        "reason": found.reason,
        "invoice_total": found.invoice_total,
        "invoices": "\n".join(papers.invoices_of(found)),
    }
    form = ApplicationForm(request.POST or None, by=request.actor, stay=found.stay, initial=initial)
    if request.method == "POST" and form.is_valid():
        response = done(
            request,
            found,
            form,
            lambda: services.change(
                number=number,
                version=form.cleaned_data["version"] or 0,
                application=form.application(found.resident.number),
                by=request.actor,
            ),
            _("Saved."),
        )
        if response is not None:
            return response
    context = {"form": form, "application": found}
    return render(request, "reimbursement/form.html", context, status=422 if form.errors else 200)


@allowed("reimbursements.see")
@require_GET
def reimbursement(request: ActorRequest, number: str) -> HttpResponse:
    """An application: its state, the stay, documents, account, fee lines, calculation, payments, and what is next."""
    return application_page(request, opened(request, number))


def application_page(
    request: ActorRequest,
    found: Reimbursement,
    *,
    line_form: LineForm | None = None,
    paste_form: PasteForm | None = None,
    account_number: str = "",
) -> HttpResponse:
    """The page; with a form that was refused, or the full account number where it has just been revealed."""
    actor = request.actor
    adding = actor.may("reimbursements.enter") and found.status in Reimbursement.OPEN
    lines = shown_lines(found.stay)
    settlement = selectors.live_settlement(found)
    context = {
        "application": found,
        "stay": found.stay,
        "resident": found.resident,
        "tone": TONES[found.status],
        "today": clock.today(),
        "unanswered": found.status in Reimbursement.UNANSWERED,
        "late": found.status in Reimbursement.UNANSWERED and found.due_on < clock.today(),
        "age": selectors.age_in_days(found, clock.today()),
        "documents": documents_of(found),
        "invoices": papers.invoices_of(found),
        "account": found.account,
        "account_number": account_number,
        "lines": lines,
        "sums": sums_of(lines),
        "adding": adding,
        "line_form": line_form or LineForm(initial={"on": found.stay.admitted_on, "quantity": 1}),
        "paste_form": paste_form or PasteForm(),
        "form": line_form or paste_form,
        "settlement": settlement,
        "reasons": papers.reasons_of(settlement) if settlement else [],
        "payments": selectors.paid_of(found),
        "waiting": getattr(found, "line_import", None) if adding else None,
        "printable": set(of_object(found).values_list("kind", flat=True)),
        "entries": timeline(audit.entries_of(audit.object_type(found), found.number)),
        **steps_of(request, found),
    }
    if settlement is None and found.status in Reimbursement.UNANSWERED and lines:
        context |= foreseen(found)
    return render(request, "reimbursement/application.html", context, status=422 if context["form"] else 200)


def documents_of(found: Reimbursement) -> list[dict[str, Any]]:
    """Each document: whether it is there, and its scans."""
    scans = scans_of(found)
    return [
        {"label": words, "there": paper.value in found.papers, "scans": scans.get(paper.value, ())}
        for paper, words in PAPERS.items()
    ]


def steps_of(request: ActorRequest, found: Reimbursement) -> dict[str, Any]:
    """What the actor can do next with the application."""
    actor, status = request.actor, found.status
    enters, decides = actor.may("reimbursements.enter"), actor.may("reimbursements.release")
    own = (decides or actor.may("reimbursements.pay")) and entered_by(found, actor)
    return {
        "can_change": enters and status in Reimbursement.OPEN,
        "can_attach": enters and status in Reimbursement.UNANSWERED,
        "can_examine": enters and status == Status.COMPLETE,
        "can_state_account": enters and status in (*Reimbursement.OPEN, Status.RETURNED),
        "can_release": decides and not own and status == Status.EXAMINED,
        "can_refuse": decides and not own and status in Reimbursement.UNANSWERED,
        "can_take_back": decides and status in (Status.RELEASED, Status.RETURNED),
        "can_reveal": actor.may("reimbursements.pay") and found.account is not None,
        "own": own and status in Reimbursement.UNANSWERED,
        "missing": rules.missing_papers(found.papers),
    }


def foreseen(found: Reimbursement) -> dict[str, Any]:
    """What a release would decide now; or why it cannot."""
    try:
        calculation = presettle(found.stay)
    except (DomainError, PolicyError) as error:
        return {"problem": error}
    reasons = [labels.label(reason) for reason in calculation.result.reasons]
    return {
        "found": calculation,
        "steps": sheet(calculation.steps),
        "foreseen_reasons": reasons,
        "overlaps": calculation.overlaps,
    }


@allowed("reimbursements.enter")
@require_http_methods(["GET", "POST"])
def reimbursement_account(request: ActorRequest, number: str) -> HttpResponse:
    """Another bank account."""
    found = opened(request, number)
    account = found.account
    initial = {
        "version": found.version,
        "holder": account.holder if account else "",
        "bank": account.bank if account else "",
    }
    form = AccountForm(request.POST or None, initial=initial)
    words = {
        "title": _("Enter another bank account"),
        "text": _("The account that was stated before stays on record; the payment goes to the new one."),
        "said": _("The account is entered."),
        "tone": "",
    }
    return step(
        request,
        found,
        form,
        lambda: services.state_account(
            number=number, version=form.cleaned_data["version"], account=form.account(), by=request.actor
        ),
        words,
    )


@allowed("reimbursements.pay")
@never_cache
@require_POST
def reimbursement_account_show(request: ActorRequest, number: str) -> HttpResponse:
    """Show the full account number, once, and put that on record. Never kept by a browser."""
    found = opened(request, number)
    account_number = services.reveal_account(number=number, by=request.actor)
    response = application_page(request, found, account_number=account_number)
    response["Cache-Control"] = "no-store"
    return response
