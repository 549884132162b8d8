"""Registering a resident: start, two pages of answers, check, done."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.attachments import services as attachments
from liaoyang_medins.kernel.errors import DomainError
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.policy.errors import BeforeTheLaw
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed
from liaoyang_medins.kernel.web.domain import add_domain_error

from .. import drafts, services
from ..answers import Live, children_elsewhere, live_answer, overwritten_by, rows_of
from ..guide import guide
from ..models import Registration, RegistrationDraft
from ..selectors import residents_visible_to
from ..services.common import Assessment
from ..services.entry import require_free
from ..services.people import require_here
from ..services.scans import remove_from_draft, scans_of
from .documents import take_files
from .keeping import keeps_typed, seal

HERE = "statement"
DOCUMENTS = "materials"


@allowed("registrations.register")
def start(request: ActorRequest) -> HttpResponse:
    """Begin a registration; `resident` names one who is on record already."""
    known = None
    number = request.POST.get("resident") or request.GET.get("resident")
    if number:
        known = get_object_or_404(residents_visible_to(request.actor), number=number)
    return redirect("registration-draft", drafts.new_draft(request.actor, known).pk)


def opened(request: ActorRequest, draft_id: uuid.UUID) -> RegistrationDraft:
    """The actor's draft. Http404 for anybody else's."""
    draft = drafts.draft_of(draft_id, request.actor)
    if draft is None:
        raise Http404
    return draft


def submitted(draft_id: uuid.UUID) -> HttpResponse | None:
    """Where a draft that became a registration leads to: Back and a second submit land there."""
    number = Registration.objects.filter(submission=draft_id).values_list("number", flat=True).first()
    return redirect("registration", number) if number else None


@keeps_typed
@allowed("registrations.register")
def draft(request: ActorRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Page 1: the person and what they state."""
    done = submitted(draft_id)
    if done:
        return done
    row = opened(request, draft_id)
    back = request.POST.get("back") or request.GET.get("back", "")
    if request.method == "POST":
        drafts.keep_answers(row, request.POST, HERE)
        form = drafts.statement_form(row, request.actor, checked=True)
        if form.is_valid() and statement_holds(form, request):
            return redirect(after_statement(row, drafts.statement_of(form, request.actor), back))
    else:
        # Sent back here from a later page: with what is wrong.
        form = drafts.statement_form(row, request.actor, checked="wrong" in request.GET)
        if form.is_bound and form.is_valid():
            statement_holds(form, request)
    context = {
        "form": form,
        "draft": row,
        "back": back,
        "seal": seal(row, HERE),
        "live": live_answer(drafts.checked_statement(row, request.actor), request.actor) if row.data else Live(),
        "guide": guide(clock.today()),
        "own_community": request.actor.office if "community" not in form.fields else None,
    }
    return render(request, "registration/draft.html", context, status=422 if form.errors else 200)


def statement_holds(form: forms.Form, request: ActorRequest) -> bool:
    """Whether the registration could be taken at all: not of the dead, the enrolled, or who has one open."""
    statement = drafts.statement_of(form, request.actor)  # type: ignore[arg-type]
    try:
        if statement.known:
            require_here(statement.known, request.actor)
            require_free(statement.known)
        statement.assess()
    except DomainError as error:
        field = "id_number" if "id_number" in form.fields else None
        form.add_error(field, [str(error.message), *map(str, error.reasons)])
    except BeforeTheLaw as error:
        form.add_error(None, str(error))
    return not form.errors


def after_statement(row: RegistrationDraft, statement: drafts.Statement, back: str) -> str:
    """Back to the check where the change came from there and no document is new; else on to the documents."""
    needed = drafts.needed_materials(statement, statement.assess())
    to_check = back == "check" and drafts.all_looked_at(row, needed)
    return reverse("registration-check" if to_check else "registration-draft-materials", args=[row.pk])


def statement_or_page_1(
    row: RegistrationDraft, request: ActorRequest
) -> tuple[drafts.Statement, Assessment] | HttpResponse:
    """Page 1 in the words of the services; where it has faults, the way back to it."""
    form = drafts.checked_statement(row, request.actor)
    if not form.is_valid() or not statement_holds(form, request):
        return redirect(f"{reverse('registration-draft', args=[row.pk])}?wrong=1")
    statement = drafts.statement_of(form, request.actor)
    wishes = drafts.closing_form(row, checked=True)
    return statement, statement.assess(next_year=wishes.is_valid() and wishes.cleaned_data["next_year"])


@keeps_typed
@allowed("registrations.register")
def documents(request: ActorRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Page 2: how each document was found (W1), and what concerns the whole registration."""
    done = submitted(draft_id)
    if done:
        return done
    row = opened(request, draft_id)
    if request.method == "POST":
        drafts.keep_answers(row, request.POST, DOCUMENTS)
    found = statement_or_page_1(row, request)
    if isinstance(found, HttpResponse):
        return found
    statement, assessment = found
    needed = drafts.needed_materials(statement, assessment)
    if request.method == "POST":
        if "remove" in request.POST:
            return remove_scan(request, row)
        if "all_present" in request.POST:
            drafts.mark_all_present(row, needed)
        materials, closing = drafts.materials_form(row, needed, checked=True), drafts.closing_form(row, checked=True)
        both = materials.is_valid(), closing.is_valid()
        # What was chosen is kept also where something else has to be put right.
        take_files(request, materials, row)
        if all(both) and not materials.errors:
            return redirect(
                "registration-draft-materials" if "attach" in request.POST else "registration-check", row.pk
            )
    else:
        materials, closing = drafts.materials_form(row, needed), drafts.closing_form(row)
    materials.scans = scans_of(row)
    context = {
        "form": materials,
        "closing": closing,
        "draft": row,
        "seal": seal(row, DOCUMENTS),
        "statement": statement,
        "found": assessment,
    }
    return render(request, "registration/documents.html", context)


def remove_scan(request: ActorRequest, row: RegistrationDraft) -> HttpResponse:
    """Take a scan off the draft (its key is the button's value), and back to the page."""
    try:
        remove_from_draft(draft=row, key=uuid.UUID(request.POST["remove"]), by=request.actor)
    except ValueError as error:
        raise Http404 from error
    messages.success(request, _("The scan is removed."))
    return redirect("registration-draft-materials", row.pk)


@allowed("registrations.register")
def check(request: ActorRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Check your answers; submitting makes exactly one registration."""
    done = submitted(draft_id)
    if done:
        return done
    row = opened(request, draft_id)
    found = statement_or_page_1(row, request)
    if isinstance(found, HttpResponse):
        return found
    statement, assessment = found
    needed = drafts.needed_materials(statement, assessment)
    materials = drafts.materials_form(row, needed, checked=True)
    closing = drafts.closing_form(row, checked=True)
    if not (materials.is_valid() and closing.is_valid()):
        return redirect("registration-draft-materials", row.pk)
    form = forms.Form(request.POST or None)
    if request.method == "POST":
        try:
            registration = services.register_resident(
                submission=row.pk,
                person=statement.person,
                circumstances=statement.circumstances,
                agent=statement.agent,
                materials=materials.states,
                remarks=materials.remarks,
                draft=row,
                by=request.actor,
                **closing.cleaned_data,
            )
        except DomainError as error:
            add_domain_error(form, error)
        else:
            row.delete()
            return redirect(f"{reverse('registration', args=[registration.number])}?done=1")
    context: dict[str, Any] = {
        "form": form,
        "draft": row,
        "live": Live.of(assessment),
        "children": children_of(statement, request),
        "overwritten": overwritten_by(statement, request.actor),
        "sections": rows_of(row, statement, materials, closing, scans_of(row)),
        "not_looked_at": [label for label, state in materials.found if state == "not_looked_at"],
        "bad": [label for label, state in materials.found if state in ("missing", "wrong")],
    }
    return render(request, "registration/check.html", context, status=422 if form.errors else 200)


def children_of(statement: drafts.Statement, request: ActorRequest) -> list[Office]:
    """Where a child without an ID number is registered that may be the one of the statement."""
    person = statement.person
    if statement.known:
        return []
    return children_elsewhere(person.name, person.birth_date, person.sex, request.actor)


@allowed("registrations.register")
@require_POST
def discard(request: ActorRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Throw away what was begun and not submitted."""
    row = opened(request, draft_id)
    with transaction.atomic():
        attachments.discard(of=row)
        row.delete()
    messages.success(request, _("The draft is discarded."))
    return redirect("registrations")


@keeps_typed
@allowed("registrations.register")
@require_POST
def id_lookup(request: ActorRequest) -> HttpResponse:
    """What the typed answers come to so far, as parts of page 1; the draft keeps them. Posted: an address holds no ID
    number.
    """
    draft_id = request.POST.get("draft", "")
    try:
        row = drafts.draft_of(uuid.UUID(draft_id), request.actor)
    except ValueError as error:
        raise Http404 from error
    if row is None:
        raise Http404
    drafts.keep_answers(row, request.POST, HERE)
    form = drafts.checked_statement(row, request.actor)
    context = {"live": live_answer(form, request.actor), "swap": True}
    return render(request, "registration/_live.html", context)
