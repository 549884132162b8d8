"""Pages for everybody, without signing in: report a suspected violation, ask what came of it (S2, Art. 31)."""

from django.conf import settings
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from liaoyang_medins.kernel.web.conflicts import attempt
from liaoyang_medins.kernel.web.limits import within

from . import services
from .forms import AskForm, PublicReportForm

# Bytes of a whole request: 2,000 characters and their names are far less.
REQUEST_AT_MOST = 64 * 1024
HOUR = 60 * 60
# For so long number and code stand on the page that says that the report came, in this browser only.
SHOWN_SECONDS = 30 * 60
GIVEN = "public_report"
STATES = {
    "received": gettext_lazy("It came in. Nobody has begun to look into it yet."),
    "in_hand": gettext_lazy("Somebody is looking into it."),
    "closed": gettext_lazy("It is closed."),
}
RESULTS = {
    "confirmed": gettext_lazy("What was reported proved to be true."),
    "not_proven": gettext_lazy("What was reported could not be proven."),
    "unfounded": gettext_lazy("What was reported proved not to be so."),
    "passed_on": gettext_lazy("It was passed on to another authority, which sees to it."),
}


def too_large(request: HttpRequest) -> bool:
    """Whether the request says of itself that it is larger than any report."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return not length.isdecimal() or int(length) > REQUEST_AT_MOST


def too_often(request: HttpRequest, form: Form) -> HttpResponse:
    """The form with the wait on top; what was typed is still there."""
    form.add_error(None, _("Too many came from here within an hour. Wait a while and send it again."))
    return page(request, form, 429)


def page(request: HttpRequest, form: Form, status: int = 200) -> HttpResponse:
    return render(request, "violations/report.html", {"form": form}, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """Report a suspected violation."""
    if request.method == "POST" and too_large(request):
        return render(request, "400.html", status=413)
    form = PublicReportForm(request.POST if request.method == "POST" else None)
    if request.method == "GET" or not form.is_valid():
        return page(request, form, 422 if form.errors else 200)
    if not within("report", request, settings.PUBLIC_REPORTS_AN_HOUR, HOUR):
        return too_often(request, form)
    data = dict(form.cleaned_data)
    institution = data.pop("institution")
    made = attempt(
        form,
        lambda: services.receive_public_report(**data, institution=institution.code if institution else ""),
    )
    if made is None:
        return page(request, form, 422)
    found, code = made
    if code:
        request.session[GIVEN] = {"number": found.number, "code": code, "due_on": found.due_on.isoformat()}
        if not request.user.is_authenticated:
            request.session.set_expiry(SHOWN_SECONDS)
    return redirect("public-report-received")


@never_cache
@require_GET
def received(request: HttpRequest) -> HttpResponse:
    """That the report came, with the number and the code to ask by; for a while, in the browser that sent it."""
    given = request.session.get(GIVEN)
    if given is None:
        return redirect("public-report-ask")
    return render(request, "violations/received.html", {"given": given})


@never_cache
@require_http_methods(["GET", "POST"])
def asked(request: HttpRequest) -> HttpResponse:
    """How it stands with a report, by its number and code."""
    if request.method == "POST" and too_large(request):
        return render(request, "400.html", status=413)
    form = AskForm(request.POST if request.method == "POST" else None)
    if request.method == "GET" or not form.is_valid():
        return render(request, "violations/ask.html", {"form": form}, status=422 if form.errors else 200)
    if not within("ask", request, settings.PUBLIC_ASKS_AN_HOUR, HOUR):
        form.add_error(None, _("Too many came from here within an hour. Wait a while and ask again."))
        return render(request, "violations/ask.html", {"form": form}, status=429)
    found = services.ask(**form.cleaned_data)
    if found is None:
        form.add_error(None, _("There is no report with this number and code. Look at both again."))
        return render(request, "violations/ask.html", {"form": form}, status=422)
    context = {"answer": found, "state": STATES[found.status], "result": RESULTS.get(found.result, "")}
    return render(request, "violations/answer.html", context)
