"""Reading the audit record: the timeline of a page."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Model, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from liaoyang_medins.kernel.offices.roles import Role

from .labels import actor_label, verb_label
from .models import AuditEntry
from .services import entries_of, object_number, object_type

TIMELINE_LENGTH = 50


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a timeline (templates/components/timeline.html).

    `at` has the business date and the time of day in Shanghai; `object_number` is what was acted on.
    """

    at: datetime.datetime
    who: str
    text: str
    detail: str
    object_number: str


def of_resident(*numbers: str) -> QuerySet[AuditEntry]:
    """The entries that concern a resident, newest first; of one who had several records, under all their numbers."""
    concerned = Q(resident=numbers[0]) if len(numbers) == 1 else Q(resident__in=numbers)
    return AuditEntry.objects.filter(concerned).order_by("-id")


def timeline(entries: Iterable[AuditEntry]) -> list[Event]:
    """The newest entries (at most TIMELINE_LENGTH of a queryset) in words."""
    rows = entries[:TIMELINE_LENGTH] if isinstance(entries, QuerySet) else entries
    return [event_of(entry) for entry in rows]


def last_change(obj: Model) -> str:
    """Who did what to an object last, in words; empty where nothing is on record. For who came second."""
    entry = entries_of(object_type(obj), object_number(obj)).first()
    if entry is None:
        return ""
    event = event_of(entry)
    # Translators: who did what to a record, and when
    said = _("%(moment)s %(who)s: %(what)s") % {
        "moment": f"{event.at:%Y-%m-%d %H:%M}",
        "who": event.who,
        "what": event.text,
    }
    return f"{said} ({event.detail})" if event.detail else said


def event_of(entry: AuditEntry) -> Event:
    """One entry in words: what was done, by whom in which role, and what was said about it."""
    role = str(Role(entry.role).label) if entry.role in Role.values else ""
    return Event(
        at=datetime.datetime.combine(entry.business_date, timezone.localtime(entry.at).time()),
        who=" · ".join(part for part in (actor_label(entry.actor_kind, entry.actor_name), role) if part),
        text=verb_label(entry.verb),
        detail=entry.note,
        object_number=entry.object_number,
    )
