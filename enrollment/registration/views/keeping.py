"""What is typed survives an expired session (U2).

A form carries a seal that names its draft and whom it was shown to. Where it comes back after the session has ended,
the seal lets the answers be kept in that draft; they are read again only after its owner has signed in.
"""

import functools
import uuid
from collections.abc import Callable
from typing import Any

from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from ..drafts import keep_answers
from ..models import RegistrationDraft

SALT = "registration.draft"
MAX_AGE = 24 * 60 * 60
# The hidden input of the forms.
FIELD = "keep"


def seal(draft: RegistrationDraft, page: str) -> str:
    """The seal of a page of a draft, for its form."""
    return signing.dumps([str(draft.pk), draft.user_id, page], salt=SALT)


def keeps_typed(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Keep what a form with a good seal brings, also where nobody is signed in any more; then go on to the view."""

    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST" and not request.user.is_authenticated:
            kept = keep(request)
            request.typed_is_kept = kept is not None  # type: ignore[attr-defined]
            if kept and request.headers.get("HX-Request"):
                return render(request, "registration/_signed_out.html", {"draft": kept})
        return view(request, *args, **kwargs)

    return wrapped


def keep(request: HttpRequest) -> RegistrationDraft | None:
    """The draft in which the posted answers were kept, None without a good seal."""
    try:
        draft_id, user_id, page = signing.loads(request.POST.get(FIELD, ""), salt=SALT, max_age=MAX_AGE)
    except (signing.BadSignature, ValueError):
        return None
    draft = RegistrationDraft.objects.filter(pk=uuid.UUID(draft_id), user_id=user_id).first()
    if draft is not None:
        keep_answers(draft, request.POST, page)
    return draft
