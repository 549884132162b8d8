"""The audit log, for the supervisor and the administrator."""

from typing import Any

from django.apps import apps
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from liaoyang_medins.kernel.audit.labels import verb_label
from liaoyang_medins.kernel.audit.models import AuditBlock, AuditEntry
from liaoyang_medins.kernel.offices.models import User
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.web.decorators import ActorRequest, allowed

from ..changes import changes_of
from ..forms import AuditFilter

PER_PAGE = 50


def filtered(asked: dict[str, Any]) -> QuerySet[AuditEntry]:
    """The entries that the filters ask for, newest first."""
    rows = AuditEntry.objects.order_by("-id")
    if asked.get("number"):
        # The index leads with the kind of object; all kinds together are few.
        kinds = [model._meta.label_lower for model in apps.get_models()]
        rows = rows.filter(object_type__in=kinds, object_number=asked["number"].strip())
    if asked.get("resident"):
        rows = rows.filter(resident=asked["resident"].strip().upper())
    if asked.get("user"):
        rows = rows.filter(user_id=User.objects.get(username=asked["user"]).pk)
    if asked.get("verb"):
        rows = rows.filter(verb=asked["verb"])
    if asked.get("since"):
        rows = rows.filter(business_date__gte=asked["since"])
    if asked.get("until"):
        rows = rows.filter(business_date__lte=asked["until"])
    return rows


@allowed("audit.see")
@require_GET
def audit_log(request: ActorRequest) -> HttpResponse:
    """Who did what, newest first; pages lead on from the last entry shown, since millions are never counted."""
    form = AuditFilter(request.GET or None)
    wrong = form.is_bound and not form.is_valid()
    rows = filtered(form.cleaned_data if form.is_bound and not wrong else {})
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    entries = [] if wrong else list(rows.select_related("seal")[: PER_PAGE + 1])
    context = {
        "filter_form": form,
        "rows": [
            {
                "entry": entry,
                "text": verb_label(entry.verb),
                "role": Role(entry.role).label if entry.role in Role.values else "",
                "changes": changes_of(entry),
                "sealed": hasattr(entry, "seal"),
            }
            for entry in entries[:PER_PAGE]
        ],
        "older": entries[PER_PAGE - 1].pk if len(entries) > PER_PAGE else None,
        "before": before,
        "last_block": AuditBlock.objects.order_by("-id").first(),
    }
    return render(request, "portal/audit_log.html", context)
