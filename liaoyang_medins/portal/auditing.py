"""Looking back: the audit record by person, object, actor, act and time (S2), as fast in a long record as in a short.

Every way in is an index: by resident and by object, of which there are few entries; by actor, act and day in the order
in which they are shown, the newest day first. Pages lead on from the last entry shown; nothing is ever counted.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from django.apps import apps
from django.db import transaction
from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.translation import gettext as _

from enrollment.cards import numbering as cards
from enrollment.cards.models import InsuranceCard
from enrollment.registration import idnumber
from enrollment.registration import selectors as registration
from enrollment.registration.models import Resident
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.audit.labels import actor_label, verb_label
from liaoyang_medins.kernel.audit.models import AuditEntry
from liaoyang_medins.kernel.errors import Invalid
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import User
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.sheets.writing import Sheet, workbook

from .changes import changes_of

# More than anybody reads: the filters say which.
EXPORT_AT_MOST = 50_000
CHUNK = 2_000
OLDER = "(audit_auditentry.business_date, audit_auditentry.id) < (%s, %s)"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ends: the day and key of the last entry shown."""

    day: datetime.date
    key: int

    def __str__(self) -> str:
        return f"{self.day}.{self.key}"

    @classmethod
    def of(cls, entry: AuditEntry) -> "Place":
        return cls(entry.business_date, entry.pk)

    @classmethod
    def read(cls, text: str) -> "Place | None":
        """The place that an address names; None where it names none."""
        day, _dot, key = text.partition(".")
        if not key.isdecimal() or len(key) > 18:
            return None
        try:
            return cls(datetime.date.fromisoformat(day), int(key))
        except ValueError:
            return None


def filtered(asked: dict[str, Any], before: Place | None = None) -> QuerySet[AuditEntry]:
    """The entries that the filters ask for, the newest day first, from `before` on where that is given."""
    rows = AuditEntry.objects.order_by("-business_date", "-id")
    if asked.get("number"):
        number = asked["number"].strip()
        # The index leads with the kind of object; all kinds together are few.
        kinds = [asked["kind"]] if asked.get("kind") else [model._meta.label_lower for model in apps.get_models()]
        rows = rows.filter(object_type__in=kinds, object_number__in={number, number.upper()})
    if asked.get("resident"):
        rows = rows.filter(resident__in=numbers_of(asked["resident"]))
    if asked.get("user"):
        rows = rows.filter(user_id=User.objects.get(username=asked["user"]).pk)
    if asked.get("verb"):
        rows = rows.filter(verb=asked["verb"])
    if asked.get("since"):
        rows = rows.filter(business_date__gte=asked["since"])
    if asked.get("until"):
        rows = rows.filter(business_date__lte=asked["until"])
    if before is not None:
        older = RawSQL(OLDER, [before.day, before.key], output_field=BooleanField())  # noqa: S611
        rows = rows.filter(older)
    return rows


def numbers_of(number: str) -> list[str]:
    """A personal number, and those of the records that are one with it."""
    number = number.strip().upper()
    found = Resident.objects.filter(number=number).first()
    return registration.numbers_of(registration.survivor_of(found)) if found else [number]


@transaction.atomic
def look_up(text: str, *, by: Actor) -> str:
    """The personal number of whom `text` (personal, ID or card number) names, for who looks for what was done about
    them; the look is on record. Invalid (person) where it is nobody; what was typed is not repeated. NotAllowed.
    """
    by.require("audit.see")
    person = person_named(text)
    if person is None:
        raise Invalid(_("There is nobody with this number."), code="person_unknown", field="person")
    audit.record(by=by, verb="audit.look_up", obj=person, resident=person.number)
    return person.number


def person_named(text: str) -> Resident | None:
    """Whom a personal number, ID number or card number names; None where it is nobody or no such number."""
    if idnumber.looks_like(text):
        try:
            return registration.resident_with(idnumber.parse(text, today=clock.today()).number)
        except Invalid:
            return None
    if cards.is_card_number(text):
        card = InsuranceCard.objects.select_related("resident").filter(number=cards.plain(text)).first()
        return registration.survivor_of(card.resident) if card else None
    found = Resident.objects.filter(number=text.strip().upper()).first()
    return registration.survivor_of(found) if found else None


@transaction.atomic
def export_entries(*, asked: dict[str, Any], by: Actor) -> IO[bytes]:
    """The newest EXPORT_AT_MOST entries that the filters ask for as a workbook, opened for reading at its start; who
    took it, and by which filters, is on record. NotAllowed.
    """
    by.require("audit.see")
    user = User.objects.get(pk=by.user_id or 0)
    filters = [f"{name}={value}" for name, value in asked.items() if value]
    resident = str(asked.get("resident") or "").strip().upper()
    audit.record(by=by, verb="audit.export", obj=user, resident=resident, changes={"filters": filters})
    with workbook(_("Audit log")) as (book, file):
        sheet = Sheet(book, _("Audit log"), [18, 14, 22, 18, 14, 34, 26, 20, 18, 60, 40])
        sheet.write(_("Audit log"), style="title")
        sheet.skip()
        sheet.write(
            *(_("Time"), _("Business date"), _("Done by"), _("Role"), _("Office"), _("What"), _("Kind of object")),
            *(_("Object"), _("Personal number"), _("Changes"), _("Remark")),
            style="head",
        )
        sheet.freeze_head()
        for entry in in_chunks(asked):
            sheet.write(*cells_of(entry))
    return file


def in_chunks(asked: dict[str, Any]) -> Iterator[AuditEntry]:
    """The entries of an export, page by page: memory stays the same."""
    before, left = None, EXPORT_AT_MOST
    while left > 0:
        entries = list(filtered(asked, before)[: min(CHUNK, left)])
        yield from entries
        if len(entries) < CHUNK:
            return
        left -= len(entries)
        before = Place.of(entries[-1])


def cells_of(entry: AuditEntry) -> list[Any]:
    """An entry as a row of the workbook."""
    role = str(Role(entry.role).label) if entry.role in Role.values else ""
    changes = "\n".join(_("%(name)s: %(value)s") % {"name": name, "value": value} for name, value in changes_of(entry))
    return [
        f"{timezone.localtime(entry.at):%Y-%m-%d %H:%M:%S}",
        entry.business_date,
        actor_label(entry.actor_kind, entry.actor_name),
        role,
        entry.office_code,
        verb_label(entry.verb),
        kind_label(entry.object_type),
        entry.object_number,
        entry.resident,
        changes,
        entry.note,
    ]


def kind_label(label: str) -> str:
    """A kind of object in words; as it is recorded where no app has it any more."""
    try:
        return str(apps.get_model(label)._meta.verbose_name)
    except (LookupError, ValueError):
        return label
