"""Who acts: a user in a posting, a client of the API, or a job."""

from dataclasses import dataclass, replace
from enum import StrEnum

from django.utils.translation import gettext as _

from liaoyang_medins.kernel.errors import NotAllowed

from .models import Office, Posting, User
from .permissions import MAY
from .roles import Role


class ActorKind(StrEnum):
    USER = "user"
    CLIENT = "client"
    JOB = "job"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. A job has no role and no office: it may do everything, everywhere, and the audit record names it.

    Who stands in for a colleague has that one's role and office, and their own name and key; `stands_in_for` is the
    colleague's name.
    """

    kind: ActorKind
    name: str
    user_id: int | None = None
    role: Role | None = None
    office: Office | None = None
    posting_id: int | None = None
    stands_in_for: str = ""

    @classmethod
    def of_posting(cls, posting: Posting) -> "Actor":
        return cls(
            kind=ActorKind.USER,
            name=posting.user.name or posting.user.username,
            user_id=posting.user_id,
            role=Role(posting.role),
            office=posting.office,
            posting_id=posting.pk,
        )

    @classmethod
    def standing_in(cls, posting: Posting, deputy: User) -> "Actor":
        """`deputy` in the posting of a colleague."""
        return replace(
            cls.of_posting(posting),
            name=deputy.name or deputy.username,
            user_id=deputy.pk,
            stands_in_for=posting.user.name or posting.user.username,
        )

    @classmethod
    def job(cls, name: str) -> "Actor":
        return cls(kind=ActorKind.JOB, name=name)

    @property
    def role_label(self) -> str:
        return str(self.role.label) if self.role else self.name

    def may(self, verb: str) -> bool:
        """Whether the role may do `verb`. An unknown verb is a fault of ours and raises KeyError."""
        roles = MAY[verb]
        return self.kind is ActorKind.JOB or self.role in roles

    def require(self, verb: str) -> None:
        """Raise NotAllowed unless the role may do `verb`."""
        if not self.may(verb):
            raise NotAllowed(
                _("As %(role)s you may not do this. Choose another posting or ask the administrator.")
                % {"role": self.role_label},
            )
