"""Who may open a view."""

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from liaoyang_medins.kernel.offices.actors import Actor

from . import kept

P = ParamSpec("P")


class ActorRequest(HttpRequest):
    """A request whose actor is known: what a view under `allowed` gets. A view whose page belongs under another one in
    the navigation than its address says puts that one's path into `lies_under`.
    """

    actor: Actor
    postings: list[Any]
    htmx: Any
    lies_under: str


View = Callable[Concatenate[ActorRequest, P], HttpResponseBase]


def kept_at(request: HttpRequest) -> str | None:
    """Where the posted form is kept, unless the view keeps it in its own place (`typed_is_kept`), or it is a part of a
    page only.
    """
    here = getattr(request, "typed_is_kept", False) or request.headers.get("HX-Request")
    return kept.keep(request) if request.method == "POST" and not here else None


def allowed(*verbs: str) -> Callable[[View[P]], Callable[Concatenate[HttpRequest, P], HttpResponseBase]]:
    """Open the view to who may do one of `verbs` (offices.permissions); sends the others to sign-in or to 403. A form
    that comes after the session has ended is kept meanwhile.

    The verbs stay readable on the view as `view.verbs`, for the navigation and the tests.
    """

    def decorate(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @functools.wraps(view)
        def wrapped(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            actor: Actor | None = getattr(request, "actor", None)
            if not request.user.is_authenticated:
                return redirect_to_login(kept_at(request) or request.get_full_path())
            if actor is None:
                return render(request, "web/no_posting.html", status=403)
            if not any(actor.may(verb) for verb in verbs):
                actor.require(verbs[0])
            return view(request, *args, **kwargs)  # type: ignore[arg-type]

        wrapped.verbs = verbs  # type: ignore[attr-defined]
        return cast(Callable[Concatenate[HttpRequest, P], HttpResponseBase], wrapped)

    return decorate
