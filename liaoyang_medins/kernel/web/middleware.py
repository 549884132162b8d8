"""What every request passes: the business date, the actor, and the page for a domain error."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from liaoyang_medins.kernel import clock, errors
from liaoyang_medins.kernel.offices.models import DemoClock
from liaoyang_medins.kernel.offices.selectors import actor_in, postings_to_work_in

GetResponse = Callable[[HttpRequest], HttpResponse]

STATUS_CODES: dict[type[errors.DomainError], int] = {
    errors.NotAllowed: 403,
    errors.Conflict: 409,
    errors.Invalid: 422,
    errors.Refused: 422,
}
SESSION_POSTING = "posting"


class BusinessDateMiddleware:
    """In the demo the request lives on the demo's day; elsewhere nothing happens."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not settings.DEMO:
            return self.get_response(request)
        row = DemoClock.objects.first()
        with clock.on_day(row.day if row else None):
            return self.get_response(request)


class ActorMiddleware:
    """Sets `request.actor` from the posting that the user chose, or the first that is in force; None without one. It
    may be a colleague's, for whom the user stands in.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = None  # type: ignore[attr-defined]
        request.postings = []  # type: ignore[attr-defined]
        if request.user.is_authenticated:
            postings = postings_to_work_in(request.user.pk, clock.today())
            request.postings = postings  # type: ignore[attr-defined]
            chosen = request.session.get(SESSION_POSTING)
            posting = next((p for p in postings if p.pk == chosen), postings[0] if postings else None)
            if posting:
                request.actor = actor_in(posting, request.user)  # type: ignore[attr-defined]
        return self.get_response(request)


class DomainErrorMiddleware:
    """Renders a domain error that no view caught as a page that says what is wrong and what to do."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, errors.DomainError):
            return error_page(request, exception)
        return None


def error_page(request: HttpRequest, error: errors.DomainError) -> HttpResponse:
    """The page of a domain error, with the status that fits its kind."""
    status = next((code for kind, code in STATUS_CODES.items() if isinstance(error, kind)), 422)
    titles = {
        403: _("You may not do this"),
        409: _("Somebody else was first"),
        422: _("This cannot be done"),
    }
    context = {"status": status, "error_title": titles[status], "error": error}
    return render(request, "web/error.html", context, status=status)
