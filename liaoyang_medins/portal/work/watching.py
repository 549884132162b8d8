"""What waits about institutions and the catalogue: reports of violations, inspections, versions of the catalogue."""

import datetime

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from claims.catalogues import selectors as catalogues
from claims.catalogues.models import CatalogueVersion
from claims.inspections import selectors as inspections
from claims.inspections.models import Inspection, Report
from funds.watch import selectors as watch
from funds.watch.models import Finding
from liaoyang_medins.kernel.offices.actors import Actor

from .queue import Queue, Row, lateness


def reports_to_handle(actor: Actor, today: datetime.date) -> Queue:
    """Reports of violations that nobody handles yet or that are in the actor's hand, the earliest term first (S2)."""

    def row(case: Report) -> Row:
        who = case.institution.label if case.institution else case.resident.name if case.resident else case.about_other
        return Row(
            case.number,
            reverse("report", args=[case.number]),
            who or (case.card.number if case.card else ""),
            case.get_status_display(),
            case.due_on,
            lateness(case.due_on, today),
        )

    return Queue(
        "reports",
        _("Reports of violations"),
        reverse("reports"),
        _("To be closed by"),
        _("No report waits for you."),
        inspections.reports_to_handle(actor),
        row,
    )


def inspections_to_decide(actor: Actor, today: datetime.date) -> Queue:
    """Inspections that others recorded and nobody decided, the longest open first (S2)."""

    def row(case: Inspection) -> Row:
        return Row(
            case.number,
            reverse("inspection", args=[case.number]),
            case.institution.label,
            case.inspectors,
            case.inspected_on,
        )

    return Queue(
        "inspections",
        _("Inspections to decide on"),
        reverse("inspections"),
        _("Inspected on"),
        _("No inspection waits for a decision."),
        inspections.inspections_to_decide(actor),
        row,
    )


def findings_waiting(actor: Actor, today: datetime.date) -> Queue:
    """Findings of suspicious patterns: what a supervisor gives to somebody or closes, what the agency answers (S2)."""

    def row(case: Finding) -> Row:
        who = case.resident.name if case.resident else case.institution.label if case.institution else ""
        # Once it is answered it waits for the supervisor, whatever the term of the answer was.
        due_on = case.due_on if case.status == Finding.Status.IN_HAND else None
        return Row(
            case.number,
            reverse("watch-finding", args=[case.number]),
            who,
            case.get_kind_display(),
            due_on,
            lateness(due_on, today),
            since=case.answered_on or case.found_on,
        )

    return Queue(
        "findings",
        _("Suspicious findings"),
        reverse("watch"),
        _("To be answered by"),
        _("No finding waits for you."),
        watch.findings_waiting(actor),
        row,
    )


def versions_to_apply(actor: Actor, today: datetime.date) -> Queue:
    """Checked versions of the catalogue that others uploaded, the longest there first."""

    def row(case: CatalogueVersion) -> Row:
        return Row(
            case.number,
            reverse("catalogue-version", args=[case.number]),
            case.document or case.file_name,
            case.get_scope_display(),
            case.starts,
            lateness(case.starts, today),
        )

    return Queue(
        "catalogue",
        _("Catalogues to apply"),
        reverse("catalogue-versions"),
        _("Holds from"),
        _("No catalogue waits to be applied."),
        catalogues.versions_to_apply(actor),
        row,
    )
