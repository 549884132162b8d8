"""Stand-ins during leave: who works in whose posting from a day to a day, named by the head of the office or an
administrator. The stand-in has the rights of the posting and their own name, so that maker and checker stay persons.
"""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.audit import services as audit
from liaoyang_medins.kernel.errors import Conflict, Invalid, NotAllowed, Refused

from .actors import Actor
from .models import Posting, StandIn, User
from .roles import Role
from .selectors import colleagues, heads


@transaction.atomic
def name_stand_in(
    *, posting_id: int, deputy_id: int, starts: datetime.date, ends: datetime.date, reason: str = "", by: Actor
) -> StandIn:
    """Let somebody work in a posting while its holder is on leave, from a day to a day (both included).

    NotAllowed for who neither heads the office nor manages users; a head names colleagues of the office only. Invalid
    for the holder, an account that is closed, somebody without a posting, days past or outside the posting; Conflict
    where somebody stands in on some of these days.
    """
    by.require("stand_ins.name")
    posting = Posting.objects.select_for_update(of=("self",)).select_related("user", "office").get(pk=posting_id)
    today = clock.today()
    require_may_name(posting, today, by)
    deputy = User.objects.get(pk=deputy_id)
    require_fit(deputy, posting, today, by)
    if starts < today:
        raise Invalid(
            _("What was done stays under the name of who did it: the first day is today at the earliest."),
            field="starts",
        )
    if ends < starts:
        raise Invalid(_("The last day lies before the first."), field="ends")
    if starts < posting.starts or (posting.ends is not None and ends > posting.ends):
        raise Invalid(_("The posting does not hold on all of these days."), field="ends")
    if posting.stand_ins.filter(withdrawn=False, starts__lte=ends, ends__gte=starts).exists():
        raise Conflict(_("Somebody stands in on some of these days already."), code="stood_in", field="starts")
    made = StandIn.objects.create(
        posting=posting, deputy=deputy, starts=starts, ends=ends, reason=reason.strip(), named_by_id=by.user_id
    )
    record(made, "stand_ins.name", by, starts=starts, ends=ends)
    return made


@transaction.atomic
def end_stand_in(*, stand_in_id: int, by: Actor) -> StandIn:
    """The holder is back: from now on nobody stands in. One that has not begun yet is withdrawn.

    NotAllowed as for naming; Conflict where it is over already.
    """
    by.require("stand_ins.name")
    rows = StandIn.objects.select_for_update(of=("self",)).select_related("posting__user", "posting__office", "deputy")
    found = rows.get(pk=stand_in_id)
    today = clock.today()
    require_may_name(found.posting, today, by)
    if found.withdrawn or found.ends < today:
        raise Conflict(_("This is over already."), code="over")
    yesterday = today - datetime.timedelta(days=1)
    if yesterday < found.starts:
        found.withdrawn = True
    else:
        found.ends = yesterday
    found.save(update_fields=["withdrawn", "ends"])
    record(found, "stand_ins.end", by, ends=found.ends, withdrawn=found.withdrawn)
    return found


@transaction.atomic
def set_head(*, posting_id: int, head: bool, by: Actor) -> Posting:
    """Say whether a posting heads its office: who heads it names the stand-ins there."""
    by.require("users.manage")
    posting = Posting.objects.select_for_update(of=("self",)).select_related("user", "office").get(pk=posting_id)
    if posting.ends is not None and posting.ends < clock.today():
        raise Refused(_("This posting has ended."), code="ended")
    if posting.head != head:
        posting.head = head
        posting.save(update_fields=["head"])
        changes = {"role": posting.role, "office": posting.office.code, "head": head}
        audit.record(by=by, verb="postings.head", obj=posting.user, changes=changes)
    return posting


def require_may_name(posting: Posting, on: datetime.date, by: Actor) -> None:
    """NotAllowed unless the actor heads the posting's office or manages users."""
    if by.may("users.manage"):
        return
    if posting.role == Role.ADMINISTRATOR or not heads(by, posting.office, on):
        raise NotAllowed(_("The head of the office or an administrator names who stands in."), code="not_the_head")


def require_fit(deputy: User, posting: Posting, on: datetime.date, by: Actor) -> None:
    """Invalid (field deputy) for somebody who cannot stand in for this posting."""
    if deputy.pk == posting.user_id:
        raise Invalid(_("Nobody stands in for themselves."), field="deputy")
    if not deputy.is_active:
        raise Invalid(_("This account is closed."), field="deputy")
    if by.may("users.manage"):
        if not Posting.objects.in_force(on).filter(user=deputy).exists():
            raise Invalid(_("This person works at no office today."), field="deputy")
    elif not colleagues(posting.office, on).filter(pk=deputy.pk).exists():
        raise Invalid(_("Choose a colleague of the office; for others ask the administrator."), field="deputy")


def record(row: StandIn, verb: str, by: Actor, **changes: object) -> None:
    """On the page of the deputy, whose rights change."""
    posting = row.posting
    told = {"for": posting.user.username, "role": posting.role, "office": posting.office.code, **changes}
    audit.record(by=by, verb=verb, obj=row.deputy, changes=told, note=row.reason)
