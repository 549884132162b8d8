"""Reading findings: all of them for the agency and the supervisor, none for others."""

import datetime

from django.db.models import Q, QuerySet

from claims.models import Institution
from enrollment.registration.models import Resident
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Posting, User
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.runs.models import Run

from .models import Evidence, Finding

Status = Finding.Status
AGENCY = (Role.AGENCY_CLERK, Role.AGENCY_REVIEWER)
# Kinds in which the persons of the stays are not those whom the finding is about.
OF_INSTITUTIONS = (
    Finding.Kind.SERIES,
    Finding.Kind.COST,
    Finding.Kind.LENGTH,
    Finding.Kind.READMISSION,
    Finding.Kind.OUT_OF_SCOPE,
)


def findings_visible_to(actor: Actor) -> QuerySet[Finding]:
    """All findings for the agency and the supervisor, none for others."""
    rows = Finding.objects.select_related("resident", "institution__office", "owner", "misuse", "inspection")
    return rows if actor.may("watch.see") else rows.none()


def findings_waiting(actor: Actor) -> QuerySet[Finding]:
    """What waits for the actor: of the agency what is in their hand, of a supervisor what nobody has yet or is
    answered; the earliest term first.
    """
    rows = findings_visible_to(actor)
    if actor.may("watch.assign"):
        return rows.filter(status__in=[Status.OPEN, Status.ANSWERED]).order_by("due_on", "found_on", "number")
    return rows.filter(status=Status.IN_HAND, owner=actor.user_id).order_by("due_on", "number")


def overdue(findings: QuerySet[Finding], today: datetime.date) -> QuerySet[Finding]:
    """Those that the agency should have answered."""
    return findings.filter(status=Status.IN_HAND, due_on__lt=today)


def with_text(findings: QuerySet[Finding], text: str) -> QuerySet[Finding]:
    """Those with this number, about the person with this number or whole name, or the institution with this code or
    name.
    """
    number = text.upper()
    about = Q(resident__number=number) | Q(resident__name=text) | Q(institution__code=number)
    return findings.filter(Q(number=number) | about | Q(institution__office__name__icontains=text))


def evidence_of(finding: Finding) -> list[Evidence]:
    """The evidence with its stays, the newest first."""
    rows = finding.evidence.prefetch_related("rows__stay__institution__office", "rows__stay__resident")
    return list(rows.order_by("-id"))


def residents_of(finding: Finding) -> QuerySet[Resident]:
    """Whom the finding is about: its person, or those of its stays."""
    if finding.resident_id is not None:
        return Resident.objects.filter(pk=finding.resident_id)
    return Resident.objects.filter(stays__in=finding.evidence.values("rows__stay"))


def institutions_of(finding: Finding) -> QuerySet[Institution]:
    """Which institutions the finding is about: its own, or those of its stays."""
    if finding.institution_id is not None:
        return Institution.objects.filter(pk=finding.institution_id)
    return Institution.objects.filter(stays__in=finding.evidence.values("rows__stay")).distinct()


def owners_on(day: datetime.date) -> QuerySet[User]:
    """Who can see to a finding: users of the agency whose posting is in force."""
    posted = Posting.objects.in_force(day).filter(role__in=AGENCY).values("user")
    return User.objects.filter(pk__in=posted, is_active=True).order_by("name", "username")


def last_look() -> Run | None:
    """The last finished run that looked for patterns."""
    return Run.objects.filter(kind="watch", dry_run=False, status=Run.Status.FINISHED).order_by("-id").first()
