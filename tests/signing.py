"""The three signatures of a subsidy statement, in tests that are about something else."""

from funds import services
from funds.models import SubsidyStatement
from liaoyang_medins.kernel.offices.actors import Actor, ActorKind
from liaoyang_medins.kernel.offices.models import Posting
from liaoyang_medins.kernel.offices.roles import Role

from . import factories


def named(username: str, role: Role) -> Actor:
    """Always the same person."""
    posting = Posting.objects.select_related("user", "office").filter(user__username=username, role=role).first()
    return Actor.of_posting(posting) if posting else factories.actor(role, username=username)


def checked(statement: SubsidyStatement, by: Actor) -> SubsidyStatement:
    """The statement checked by `by`; where a job drew it and a person checks it, a clerk signs it first."""
    if statement.made_by_id is None and by.kind is ActorKind.USER:
        by_clerk = named("maker", Role.AGENCY_CLERK)
        statement = services.sign_statement(number=statement.number, version=statement.version, by=by_clerk)
    return services.check_statement(number=statement.number, version=statement.version, by=by)


def issued(statement: SubsidyStatement, by: Actor) -> SubsidyStatement:
    """The statement checked by `by`, and approved by somebody else unless that is a job."""
    row = checked(statement, by)
    third = by
    if by.kind is ActorKind.USER:
        third = named("approver", Role.AGENCY_REVIEWER)
        if third.user_id == by.user_id:
            third = named("another approver", Role.AGENCY_REVIEWER)
    return services.issue_statement(number=row.number, version=row.version, by=third)
