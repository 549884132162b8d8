"""Who acts: a user in a posting, a client of the API, or a job."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from liaoyang_medins.kernel.errors import NotAllowed

from .models import Office, Posting
from .permissions import MAY
from .roles import Role


class ActorKind(StrEnum):
    USER = "user"
    CLIENT = "client"
    JOB = "job"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. A job has no role and no office: it may do everything, everywhere, and the audit record names it."""

    kind: ActorKind
    name: str
    user_id: int | None = None
    role: Role | None = None
    office: Office | None = None
    posting_id: int | None = None

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
