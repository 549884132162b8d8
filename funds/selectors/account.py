"""Entered documents and months of the account, as far as an actor may see them."""

import datetime

from django.db.models import QuerySet

from funds.models import EnteredDocument, Month
from liaoyang_medins.kernel.offices.actors import Actor


def documents_visible_to(actor: Actor) -> QuerySet[EnteredDocument]:
    """The entered documents, the newest first; all of them or none."""
    rows = EnteredDocument.objects.select_related("made_by", "checked_by", "corrects")
    return rows if actor.may("journal.see") else rows.none()


def documents_filtered(
    rows: QuerySet[EnteredDocument],
    *,
    kind: str = "",
    status: str = "",
    since: datetime.date | None = None,
    until: datetime.date | None = None,
) -> QuerySet[EnteredDocument]:
    """The documents of a kind and status, with a value date of some days (both included)."""
    if kind:
        rows = rows.filter(kind=kind)
    if status:
        rows = rows.filter(status=status)
    if since:
        rows = rows.filter(day__gte=since)
    if until:
        rows = rows.filter(day__lte=until)
    return rows


def documents_to_check(actor: Actor) -> QuerySet[EnteredDocument]:
    """What waits for the actor to check: not what they entered themselves."""
    rows = documents_visible_to(actor).filter(status=EnteredDocument.Status.ENTERED)
    return rows.exclude(made_by_id=actor.user_id) if actor.may("documents.check") else rows.none()


def months_visible_to(actor: Actor) -> QuerySet[Month]:
    """The months that are prepared or closed, the newest first; all of them or none."""
    rows = Month.objects.select_related("made_by", "closed_by")
    return rows if actor.may("journal.see") else rows.none()


def months_to_close(actor: Actor) -> QuerySet[Month]:
    """The month that waits for the actor to close it: not where they prepared it themselves."""
    rows = months_visible_to(actor).filter(status=Month.Status.PREPARED)
    return rows.exclude(made_by_id=actor.user_id) if actor.may("months.close") else rows.none()
