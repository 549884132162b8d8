"""The one gate of every state machine."""

from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _

from .errors import Conflict, Text


def require_transition(
    transitions: Mapping[str, set[str]], now: str, then: str, *, label: Text | Callable[[], Text]
) -> None:
    """Raise Conflict unless `now` may become `then`; `label` is the present state in words, or gives them. Call it
    after the lock.
    """
    if then not in transitions[now]:
        label = label() if callable(label) else label
        raise Conflict(
            _("This is not possible any more: the record is now “%(state)s”. Look at it again.") % {"state": label},
            code="wrong_state",
        )


def require_version(found: int, expected: int, *, told: Text | Callable[[], Text] = "") -> None:
    """Raise Conflict unless the record is at the version that the person saw; `told` is who changed what since, or
    looks it up.
    """
    if found != expected:
        told = told() if callable(told) else told
        raise Conflict(
            _("Somebody changed this record after you opened it. Nothing of yours was saved; look at it again."),
            code="changed_meanwhile",
            reasons=(told,) if told else (),
        )
