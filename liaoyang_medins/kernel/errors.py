"""What can go wrong in the words of the domain. These errors know no HTTP; kernel.web turns them into pages."""

from collections.abc import Sequence

from django.utils.functional import Promise

Text = str | Promise


class DomainError(Exception):
    """Something that a person asked for and that cannot be done.

    `message` says what is wrong and what to do, translated; `code` is stable, for programs; `field` names the input
    at fault where there is one; `reasons` are further sentences.
    """

    code = "error"

    def __init__(
        self, message: Text, *, code: str | None = None, field: str | None = None, reasons: Sequence[Text] = ()
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.field = field
        self.reasons = tuple(reasons)

    def __str__(self) -> str:
        return " ".join(str(part) for part in (self.message, *self.reasons))


class Invalid(DomainError):
    """Input that cannot be right whatever the state of the records."""

    code = "invalid"


class Refused(DomainError):
    """A rule of the scheme says no."""

    code = "refused"


class Conflict(DomainError):
    """The record is not in the state that was acted on: somebody else was first."""

    code = "conflict"


class NotAllowed(DomainError):
    """The actor's role or office may not do this."""

    code = "not_allowed"
