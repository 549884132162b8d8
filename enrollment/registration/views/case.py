"""One registration: its page and its steps."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.selectors import Event, timeline
from liaoyang_medins.kernel.audit.services import entries_of
from liaoyang_medins.kernel.errors import Conflict, DomainError, NotAllowed, Refused
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.papers.services import of_object
from liaoyang_medins.kernel.policy.terms import Category, Material, Tier
from liaoyang_medins.kernel.web.conflicts import conflict_page
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.domain import add_domain_error

from .. import papers, services
from ..answers import Live
from ..guide import next_step
from ..labels import label
from ..models import Registration
from ..queue import status_words, urgency
from ..reasons import eligibility_steps, reasons_of
from ..selectors import registrations_visible_to, residents_visible_to
from ..services.common import assess_again, holder, require_holder, require_other_person
from ..services.scans import may_attach, scans_of
from ..step_forms import ReasonForm, RefusalForm, StepForm
from ..words import relation_label

Status = Registration.Status
# The address and the words of each kind of notice that is kept.
NOTICES = {
    papers.MISSING: ("registration-missing-notice", gettext_lazy("Notice of missing documents")),
    papers.REFUSAL: ("registration-refusal-notice", gettext_lazy("Notice of refusal")),
}


def opened(request: ActorRequest, number: str) -> Registration:
    """The registration, within the actor's scope. Http404 for others."""
    return get_object_or_404(registrations_visible_to(request.actor), number=number)


@allowed("registrations.see")
@require_GET
def registration(request: ActorRequest, number: str) -> HttpResponse:
    """The page of a registration; with `done=1` it confirms what was just submitted."""
    row = opened(request, number)
    return page(request, row, done="done" in request.GET)


def page(
    request: ActorRequest, row: Registration, *, done: bool = False, wrong: dict[str, forms.Form] | None = None
) -> HttpResponse:
    """The page; `wrong` holds the form of a step that was refused."""
    today = clock.today()
    steps = eligibility_steps(row)
    context = {
        "row": row,
        "resident": row.resident,
        "resident_here": residents_visible_to(request.actor).filter(pk=row.resident_id).exists(),
        "words": status_words(row),
        "done": done,
        "next": next_step(row.status, from_school=row.office.kind == "school"),
        "urgency": urgency(row.due_on, today).value if row.due_on else "",
        "category": label(Category(row.category)) if row.category else "",
        "tier": label(Tier(row.tier)) if row.tier else "",
        "relation": relation_label(row.agent_relation) if row.agent_relation else "",
        "steps": steps,
        "reasons": reasons_of(steps) if row.reasons else [],
        "live": quote_of(row),
        "materials": material_rows(row),
        "may_attach": may_attach(row, request.actor),
        "sent_back": sent_back(row),
        "entries": timeline(entries_of(row._meta.label_lower, row.number)),
        "form": next(iter(wrong.values())) if wrong else None,
        "papers": papers_of(row),
        **actions(row, request.actor, wrong or {}),
    }
    return render(request, "registration/registration.html", context, status=422 if wrong else 200)


def sent_back(row: Registration) -> Event | None:
    """Who sent it back and why, while it waits to be put right."""
    if row.status != Status.RETURNED:
        return None
    acts = entries_of(row._meta.label_lower, row.number).filter(verb="registrations.send_back")
    return next(iter(timeline(acts[:1])), None)


def papers_of(row: Registration) -> list[tuple[str, str]]:
    """The notices that were given out and are kept: the words and the address."""
    found = []
    for kept in of_object(row).filter(kind__in=NOTICES):
        name, words = NOTICES[kept.kind]
        said = str(words) if kept.round == 1 else f"{words} ({kept.round})"
        found.append((said, f"{reverse(name, args=[row.number])}?round={kept.round}"))
    return found


def quote_of(row: Registration) -> Live | None:
    """What the contribution will come to, while the registration is open; afterwards the notice says it."""
    if row.status not in Registration.OPEN:
        return None
    try:
        return Live.of(assess_again(row, clock.today()))
    except Refused:
        return None


def material_rows(row: Registration) -> list[dict[str, Any]]:
    """The documents with how they were found and their scans; last the scans of those that are not needed any more."""
    scans = dict(scans_of(row))
    found = [
        {
            "label": label(Material(item.material)),
            "state": item.state,
            "words": item.get_state_display(),
            "remark": item.remark,
            "scans": scans.pop(item.material, ()),
        }
        for item in row.materials.all()
    ]
    return [*found, *({"label": label(Material(part)), "scans": more} for part, more in scans.items())]


# --- what can be done ------------------------------------------------------------------------------------------------


def actions(row: Registration, actor: Actor, wrong: dict[str, forms.Form]) -> dict[str, Any]:
    """The steps that the actor may take now, each with its form."""
    here = passes(require_holder, row, actor)
    other = passes(require_other_person, row, actor)
    version = {"version": row.version}
    reviewing = row.status in (Status.AT_SUBDISTRICT, Status.AT_DISTRICT, Status.AT_AGENCY)
    able = {
        "materials": here
        and actor.may("registrations.register")
        and row.status in (Status.MATERIALS_MISSING, Status.RETURNED),
        "forward": here
        and actor.may("registrations.forward")
        and row.status in (Status.ACCEPTED, Status.AT_SUBDISTRICT),
        "approve": here and other and actor.role is Role.DISTRICT and row.status == Status.AT_DISTRICT,
        "record": here and other and actor.may("registrations.record") and row.status == Status.AT_AGENCY,
        "return": here and other and reviewing,
        "refuse": here
        and actor.may("registrations.refuse")
        and Status.REFUSED in Registration.TRANSITIONS[row.status]
        and (other or not reviewing),
        "withdraw": actor.may("registrations.register")
        and actor.office == row.office
        and Status.WITHDRAWN in Registration.TRANSITIONS[row.status],
    }
    made: dict[str, forms.Form] = {
        "return": ReasonForm(initial=version, prefix="return", auto_id="%s"),
        "refuse": RefusalForm(initial=version, prefix="refuse", auto_id="%s"),
        "withdraw": ReasonForm(initial=version, prefix="withdraw", auto_id="%s"),
    }
    made |= wrong
    return {
        "can": able,
        "own_entry": here and reviewing and not other and row.status != Status.AT_SUBDISTRICT,
        "return_form": made["return"],
        "refuse_form": made["refuse"],
        "withdraw_form": made["withdraw"],
        "wrong_step": next(iter(wrong), ""),
        "record_url": address("registration-record", row.number) if able["record"] else "",
        "holder": holder(row)[1] if row.status in Registration.OPEN else None,
    }


def passes(gate: Callable[[Registration, Actor], None], row: Registration, actor: Actor) -> bool:
    """Whether a gate of the services lets the actor through."""
    try:
        gate(row, actor)
    except (NotAllowed, Refused):
        return False
    return True


def address(name: str, number: str) -> str:
    """The address of a page of the layer above; empty where the portal runs without it."""
    try:
        return reverse(name, args=[number])
    except NoReverseMatch:
        return ""


def changed_meanwhile(request: ActorRequest, row: Registration, error: Conflict) -> HttpResponse:
    """Somebody else was first: who did what, and the way back to the case."""
    back = reverse("registration", args=[row.number])
    return conflict_page(request, row, error, back_url=back, back_label=_("Look at the registration"))


def step(
    request: ActorRequest, number: str, name: str, verb: Callable[..., Any], form_class: type[StepForm], said: str
) -> HttpResponse:
    """Take one step: on success back to the page that says so, else the page with the error at its form."""
    row = opened(request, number)
    prefix = name if form_class is not StepForm else None
    form = form_class(request.POST, prefix=prefix, auto_id="%s")
    if form.is_valid():
        try:
            verb(number=number, by=request.actor, **form.cleaned_data)
        except Conflict as error:
            return changed_meanwhile(request, row, error)
        except NotAllowed:
            raise
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, said)
            return redirect("registration", number)
    return page(request, row, wrong={name: form})


@allowed("registrations.forward")
@require_POST
def forward(request: ActorRequest, number: str) -> HttpResponse:
    """Pass it on."""
    return step(request, number, "forward", services.forward, StepForm, _("The registration is forwarded."))


@allowed("registrations.review")
@require_POST
def approve(request: ActorRequest, number: str) -> HttpResponse:
    """The district approves it."""
    return step(request, number, "approve", services.approve, StepForm, _("The registration is approved."))


@allowed("registrations.review", "registrations.forward")
@require_POST
def send_back(request: ActorRequest, number: str) -> HttpResponse:
    """Return it to the office that received it."""
    return step(request, number, "return", services.send_back, ReasonForm, _("The registration is sent back."))


@allowed("registrations.refuse")
@require_POST
def refuse(request: ActorRequest, number: str) -> HttpResponse:
    """Refuse it with all reasons."""
    return step(
        request, number, "refuse", services.refuse, RefusalForm, _("The registration is refused. Print the notice.")
    )


@allowed("registrations.register")
@require_POST
def withdraw(request: ActorRequest, number: str) -> HttpResponse:
    """The applicant takes it back."""
    return step(request, number, "withdraw", services.withdraw, ReasonForm, _("The registration is withdrawn."))
