"""Search terms out of the address: who looks for a person types a name or a number, and neither stands in an address,
a log line or a browser's history.

A term is posted, kept for a day for who typed it (`StoredTerm`), and named in the address by an opaque key (`find`).
Lists go on to read it as `q`: the middleware puts it there, and no address that is made from the parameters has it.
"""

import datetime
import uuid
from collections.abc import Callable, Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from liaoyang_medins.kernel import clock

from .decorators import ActorRequest, allowed
from .models import StoredTerm

# The parameter of the opaque key, and that of the term itself.
KEY, TERM = "find", "q"
KEPT = datetime.timedelta(days=1)
LONGEST = 100


class Parameters(QueryDict):
    """The parameters of an address whose term is kept elsewhere: it is read like any other and never written out."""

    def urlencode(self, safe: str | None = None) -> str:
        shown = QueryDict(mutable=True)
        for name, values in self.lists():
            if name != TERM:
                shown.setlist(name, values)
        return shown.urlencode(safe)

    def setlist(self, key: str, list_: Sequence[object]) -> None:  # type: ignore[override]
        # Without the term there is nothing that the key names.
        if key == TERM and not list_:
            self.pop(KEY, None)
        super().setlist(key, list_)  # type: ignore[arg-type]


def store(user_id: int, text: str) -> uuid.UUID:
    """Keep what a user typed; returns the key. What is older than a day goes."""
    now = clock.now()
    StoredTerm.objects.filter(made_at__lt=now - KEPT).delete()
    return StoredTerm.objects.create(user_id=user_id, text=text.strip()[:LONGEST], made_at=now).pk


def stored(user_id: int, key: str) -> str | None:
    """What the user typed under this key; None for another's, one that is a day old, and what is no key."""
    try:
        pk = uuid.UUID(key)
    except ValueError:
        return None
    rows = StoredTerm.objects.filter(pk=pk, user_id=user_id, made_at__gte=clock.now() - KEPT)
    return rows.values_list("text", flat=True).first()


class TermMiddleware:
    """Lets a list read the term that the key in its address names, for who typed it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if KEY in request.GET and request.user.is_authenticated:
            text = stored(request.user.pk, request.GET[KEY])
            parameters = Parameters(request.META.get("QUERY_STRING", ""), mutable=True)
            if text is None:
                parameters.pop(KEY)
                messages.warning(
                    request, _("The search is over: what was typed is kept for a day only. Type it again.")
                )
            else:
                parameters[TERM] = text
            request.GET = parameters  # type: ignore[assignment]
        return self.get_response(request)


@allowed("frame.use")
@require_POST
def keep_term(request: ActorRequest) -> HttpResponse:
    """Keep the posted term and lead on to the list that asked, with its other filters in the address."""
    to = request.POST.get("to", "/")
    if not to.startswith("/") or not url_has_allowed_host_and_scheme(to, allowed_hosts=None):
        to = "/"
    rest = QueryDict(mutable=True)
    for name, values in request.POST.lists():
        kept = [value for value in values if value]
        if kept and name not in ("csrfmiddlewaretoken", "to", TERM, KEY, "page"):
            rest.setlist(name, kept)
    text = request.POST.get(TERM, "").strip()
    if text:
        rest[KEY] = str(store(request.user.pk or 0, text))
    address = to.partition("?")[0]
    return HttpResponseRedirect(f"{address}?{rest.urlencode()}" if rest else address)
