"""Work that somebody leaves behind: what they began and did not submit goes to a colleague of the office.

Registrations belong to the office that received them, so that every colleague goes on with those. Drafts are their
clerk's alone; they are handed over when the posting ends, and stand in a list until they are.
"""

import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import Invalid
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import Office, Posting, User
from liaoyang_medins.kernel.offices.selectors import colleagues

from ..models import Registration, RegistrationDraft

COUNTER = (Registration.Status.MATERIALS_MISSING, Registration.Status.ACCEPTED, Registration.Status.RETURNED)


def drafts_of(user: User, office: Office) -> "QuerySet[RegistrationDraft]":
    """What a user began at an office and did not submit."""
    return RegistrationDraft.objects.filter(user=user, office=office).order_by("updated_at", "pk")


def cases_of(user: User, office: Office) -> "QuerySet[Registration]":
    """The registrations that a user entered and that wait at the office now; they stay there."""
    rows = Registration.objects.filter(made_by=user, office=office, status__in=COUNTER)
    return rows.select_related("resident").order_by("due_on", "number")


def successors(user: User, office: Office, on: datetime.date) -> "QuerySet[User]":
    """Who can go on with a user's drafts: colleagues who register at the office."""
    return colleagues(office, on, "registrations.register").exclude(pk=user.pk)


def left_behind(on: datetime.date) -> "QuerySet[RegistrationDraft]":
    """Drafts of people who work at their office no more, or whose account is closed."""
    posted = Posting.objects.filter(user=OuterRef("user"), office=OuterRef("office"))
    posted = posted.filter(Q(ends=None) | Q(ends__gte=on))
    rows = RegistrationDraft.objects.filter(~Exists(posted) | Q(user__is_active=False))
    return rows.select_related("user", "office").order_by("office__code", "user__username", "updated_at", "pk")


@transaction.atomic
def hand_over_drafts(*, user_id: int, office_id: int, colleague_id: int, by: Actor) -> int:
    """Give what a user began at an office to a colleague who registers there; returns how many drafts went.

    Invalid (field colleague) for somebody who does not register at the office; NotAllowed.
    """
    by.require("users.manage")
    user, office = User.objects.get(pk=user_id), Office.objects.get(pk=office_id)
    colleague = successors(user, office, clock.today()).filter(pk=colleague_id).first()
    if colleague is None:
        raise Invalid(_("Choose a colleague who registers at this office."), code="no_colleague", field="colleague")
    drafts = list(drafts_of(user, office).select_for_update(of=("self",)))
    for draft in drafts:
        draft.user = colleague
        draft.save(update_fields=["user"])
    if drafts:
        changes = {"drafts": len(drafts), "office": office.code, "colleague": colleague.username}
        audit.record(by=by, verb="drafts.hand_over", obj=user, changes=changes)
    return len(drafts)
