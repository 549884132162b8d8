"""Reading postings: in which somebody may work today, their own and those that they stand in for."""

import datetime

from django.db.models import Q, QuerySet

from .actors import Actor
from .models import Office, Posting, StandIn, User
from .permissions import MAY


def postings_to_work_in(user_id: int, on: datetime.date) -> list[Posting]:
    """The postings in which a user works on a day: their own first, then those of colleagues for whom they stand in.
    None of a closed office, none of a colleague whose account is closed.
    """
    standing_in = StandIn.objects.in_force(on).filter(deputy=user_id).values("posting")
    postings = (
        Posting.objects.in_force(on)
        .filter(Q(user_id=user_id) | Q(pk__in=standing_in, user__is_active=True), office__closed_on=None)
        .select_related("user", "office__parent__parent")
        .order_by("id")
    )
    return sorted(postings, key=lambda posting: posting.user_id != user_id)


def actor_in(posting: Posting, user: User) -> Actor:
    """Who acts when `user` works in a posting: in a colleague's with its rights, under their own name."""
    if posting.user_id == user.pk:
        return Actor.of_posting(posting)
    return Actor.standing_in(posting, user)


def heads(actor: Actor, office: Office | None, on: datetime.date) -> bool:
    """Whether the actor works in a posting that heads the office."""
    if actor.posting_id is None or office is None:
        return False
    return Posting.objects.in_force(on).filter(pk=actor.posting_id, office=office, head=True).exists()


def colleagues(office: Office, on: datetime.date, verb: str = "frame.use") -> "QuerySet[User]":
    """The users who may do `verb` at an office on a day, by a posting of their own."""
    posted = Posting.objects.in_force(on).filter(office=office, role__in=[role.value for role in MAY[verb]])
    return User.objects.filter(is_active=True, pk__in=posted.values("user")).order_by("username")


def stand_ins_seen_by(actor: Actor, on: datetime.date) -> "QuerySet[StandIn]":
    """Who stands in for whom at the actor's office, or anywhere for who manages users; what is over comes last."""
    rows = StandIn.objects.select_related("posting__user", "posting__office", "deputy", "named_by")
    if not actor.may("users.manage"):
        rows = rows.filter(posting__office=actor.office)
    return rows.order_by("-ends", "-pk")
