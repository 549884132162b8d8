"""The audit log, for the supervisor and the administrator: looked through, searched, taken as a workbook."""

from typing import Any

from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit.labels import actor_label, verb_label
from liaoyang_medins.kernel.audit.models import AuditBlock
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.web.conflicts import attempt
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed

from .. import auditing
from ..changes import changes_of
from ..forms import AuditFilter, PersonForm

PER_PAGE = 50


@allowed("audit.see")
@require_http_methods(["GET", "HEAD", "POST"])
def audit_log(request: ActorRequest) -> HttpResponse:
    """Who did what, newest first; pages lead on from the last entry shown, since millions are never counted. A number
    of a person is posted and leads to what was done about them.
    """
    person = PersonForm(request.POST or None)
    if request.method == "POST" and person.is_valid():
        found = attempt(person, lambda: auditing.look_up(person.cleaned_data["person"], by=request.actor))
        if found is not None:
            parameters = request.GET.copy()
            parameters.pop("before", None)
            parameters["resident"] = found
            return HttpResponseRedirect(f"{reverse('audit-log')}?{parameters.urlencode()}")
    if person.errors:
        # What was typed may be somebody's ID number: no page shows it again.
        person.data = {"person": ""}
    return page(request, person, 422 if person.errors else 200)


def page(request: ActorRequest, person: PersonForm, status: int) -> HttpResponse:
    form = AuditFilter(request.GET or None)
    wrong = form.is_bound and not form.is_valid()
    before = auditing.Place.read(request.GET.get("before", ""))
    rows = auditing.filtered(form.cleaned_data if form.is_bound and not wrong else {}, before)
    entries = [] if wrong else list(rows.select_related("seal")[: PER_PAGE + 1])
    context: dict[str, Any] = {
        "filter_form": form,
        "person_form": person,
        "form": person,
        "rows": [
            {
                "entry": entry,
                "who": actor_label(entry.actor_kind, entry.actor_name),
                "text": verb_label(entry.verb),
                "kind": auditing.kind_label(entry.object_type),
                "role": Role(entry.role).label if entry.role in Role.values else "",
                "changes": changes_of(entry),
                "sealed": hasattr(entry, "seal"),
            }
            for entry in entries[:PER_PAGE]
        ],
        "older": str(auditing.Place.of(entries[PER_PAGE - 1])) if len(entries) > PER_PAGE else None,
        "before": before,
        "wrong": wrong,
        "last_block": AuditBlock.objects.order_by("-id").first(),
    }
    return render(request, "portal/audit_log.html", context, status=status)


@allowed("audit.see")
@require_GET
def audit_export(request: ActorRequest) -> FileResponse | HttpResponse:
    """What the filters leave, as a workbook; filters that cannot be lead back to the page that says so."""
    form = AuditFilter(request.GET or None)
    if form.is_bound and not form.is_valid():
        return HttpResponseRedirect(f"{reverse('audit-log')}?{request.GET.urlencode()}")
    workbook = auditing.export_entries(asked=form.cleaned_data if form.is_bound else {}, by=request.actor)
    return FileResponse(workbook, as_attachment=True, filename=f"audit-{clock.today()}.xlsx")
