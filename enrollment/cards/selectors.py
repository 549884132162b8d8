"""Reading cards and certificates, and for whom they are due (W7); always within the scope of who asks."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet

from enrollment.contributions.models import BenefitPeriod, ContributionNotice
from enrollment.contributions.rules import certificate_due, payment_window
from enrollment.contributions.selectors import PeriodRow, period_row
from enrollment.registration import selectors as registration
from enrollment.registration.models import Resident
from enrollment.registration.selectors import policy_on
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.offices.roles import Role
from liaoyang_medins.kernel.policy import PolicyError

from .models import CertificateTerm, InsuranceCard

Status = InsuranceCard.Status
# Cards that wait for their holder.
AT_HAND = (Status.MADE, Status.WITH_COMMUNITY)


def cards_visible_to(actor: Actor) -> QuerySet[InsuranceCard]:
    """The cards of the residents whom the actor may see."""
    cards = InsuranceCard.objects.select_related("resident__community__parent__parent", "enrollment", "office")
    if not actor.may("cards.see"):
        return cards.none()
    if registration.sees_everything(actor):
        return cards
    visible = registration.residents_visible_to(actor).select_related(None).order_by().values("pk")
    return cards.filter(resident__in=visible)


def cards_of(resident: Resident) -> list[InsuranceCard]:
    """All cards of a resident, the latest first."""
    return list(InsuranceCard.objects.filter(resident=resident).select_related("enrollment").order_by("-pk"))


def present_card(resident: Resident) -> InsuranceCard | None:
    """The card that the resident has or waits for; of several relationships that of the last."""
    live = InsuranceCard.objects.filter(resident=resident, status__in=InsuranceCard.LIVE)
    return live.select_related("enrollment").order_by("-enrollment__starts", "-pk").first()


def has_ended(card: InsuranceCard, on: datetime.date) -> bool:
    """Whether the relationship that the card belongs to was over before `on` (W9, S1)."""
    return card.enrollment.ends is not None and card.enrollment.ends < on


def to_hand_out(actor: Actor) -> QuerySet[InsuranceCard]:
    """The cards that the actor's office hands out: of its residents, at the office."""
    waiting = cards_visible_to(actor).filter(status=Status.WITH_COMMUNITY, office=F("resident__community"))
    return waiting.order_by("resident__pinyin", "resident__number")


def held_elsewhere(actor: Actor) -> QuerySet[InsuranceCard]:
    """The cards of the actor's residents that still lie at the community from which these moved."""
    waiting = cards_visible_to(actor).filter(status=Status.WITH_COMMUNITY).exclude(office=F("resident__community"))
    return waiting.order_by("since", "number")


def to_send_on(actor: Actor) -> QuerySet[InsuranceCard]:
    """The cards that lie at the actor's community although their holders moved away. Of the holders nothing is the
    community's any more: it sees the number, and where the card belongs.
    """
    if not actor.may("cards.hand_out") or actor.role is not Role.COMMUNITY:
        return InsuranceCard.objects.none()
    here = InsuranceCard.objects.filter(status=Status.WITH_COMMUNITY, office=actor.office)
    return here.exclude(resident__community=actor.office).select_related("resident__community").order_by("number")


def terms_of(card: InsuranceCard, today: datetime.date) -> list[PeriodRow]:
    """What stands in the certificate: the benefit periods of the notices entered, the latest first.

    The word on each is that of the resident's page (`running`, `coming`, `over`, `withdrawn`, `ended`).
    """
    entered = BenefitPeriod.objects.filter(
        notice__enrollment=card.enrollment_id, notice__certificate_term__isnull=False
    )
    rows = entered.select_related("notice__enrollment").order_by("-starts", "-pk")
    return [period_row(row, today) for row in rows]


# --- for whom a certificate is due -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DueAt:
    """A community, for how many of its residents a certificate is to be made, for how many it is late, and by when
    the first is due.
    """

    community: Office
    due: int
    overdue: int
    first: datetime.date


def due(on: datetime.date, *, early: bool = False) -> QuerySet[ContributionNotice]:
    """The paid notices that no certificate has yet and whose term to make it has begun by `on` (W7): after the close
    of the window for what was paid in it, at once for the others. `early`: also while the window is still open. Also
    those whose certificate is out of use although the relationship goes on: its end was taken back since.

    What covers nobody any more is left out: a year that is over, a relationship that has ended.
    """
    cards = InsuranceCard.objects.filter(enrollment=OuterRef("enrollment"))
    # The dead ones first: they are few.
    lost = Exists(cards.filter(status=Status.ENDED)) & ~Exists(cards.filter(status__in=InsuranceCard.LIVE))
    goes_on = Q(enrollment__ends=None) | (
        Q(enrollment__ends__gte=on) & Q(enrollment__ends__gte=F("benefit_periods__starts"))
    )
    notices = ContributionNotice.objects.filter(
        goes_on,
        Q(certificate_term=None) | lost,
        status=ContributionNotice.Status.PAID,
        contribution_year__gte=on.year,
        benefit_periods__withdrawn_on=None,
        benefit_periods__ends__gte=on,
    )
    if not early:
        opens, closes = payment_window(on.year + 1, policy_on(on))
        if opens <= on <= closes:
            notices = notices.filter(paid_on__lt=opens)
    return notices


def overdue(on: datetime.date) -> Q:
    """Of the notices that are due by `on`: those whose 30 days are over."""
    days = datetime.timedelta(days=policy_on(on).window.certificate_days.value)
    limit = on - days
    try:
        opens, closes = payment_window(limit.year + 1, policy_on(limit))
    except PolicyError:
        return Q(pk=None)
    late = Q(paid_on__lt=limit)
    if opens <= limit and closes >= limit:
        late &= Q(paid_on__lt=opens)
    return late


def due_visible_to(actor: Actor, on: datetime.date) -> QuerySet[ContributionNotice]:
    """The same of the residents whom the actor may see."""
    notices = due(on) if actor.may("cards.see") else ContributionNotice.objects.none()
    if registration.sees_everything(actor):
        return notices
    visible = registration.residents_visible_to(actor).select_related(None).order_by().values("pk")
    return notices.filter(resident__in=visible)


def due_by_community(actor: Actor, on: datetime.date) -> list[DueAt]:
    """For each community how many certificates are due and overdue, in the order of the codes."""
    grouped = due_visible_to(actor, on).order_by().values("resident__community")
    rows: list[Any] = list(
        grouped.annotate(
            count=Count("resident", distinct=True),
            late=Count("resident", distinct=True, filter=overdue(on)),
            first=Min("paid_on"),
        )
    )
    offices = Office.objects.select_related("parent").in_bulk([row["resident__community"] for row in rows])
    found = [
        DueAt(
            offices[row["resident__community"]],
            row["count"],
            row["late"],
            certificate_due(row["first"], policy_on(row["first"])),
        )
        for row in rows
    ]
    return sorted(found, key=lambda row: row.community.code)


def due_of(resident: Resident, on: datetime.date, *, early: bool = True) -> list[ContributionNotice]:
    """What is due for one resident, the earliest year first."""
    return list(due(on, early=early).filter(resident=resident).order_by("contribution_year"))


def certificate_due_on(notice: ContributionNotice) -> datetime.date | None:
    """By when the certificate of a paid notice is made (W7)."""
    return certificate_due(notice.paid_on, policy_on(notice.paid_on)) if notice.paid_on else None


def terms_entered_by(run: str) -> QuerySet[CertificateTerm]:
    """The terms that a run entered."""
    return CertificateTerm.objects.filter(run=run)
