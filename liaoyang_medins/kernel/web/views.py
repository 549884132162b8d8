"""Signing in and out, choosing a posting, moving the demo's day, health."""

import datetime
import sys
import uuid
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.contrib.auth.forms import AuthenticationForm
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.days import add_months
from liaoyang_medins.kernel.offices import services
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.offices.selectors import postings_to_work_in
from liaoyang_medins.kernel.room import out_of_room

from . import kept
from .decorators import ActorRequest, allowed
from .middleware import SESSION_POSTING
from .style_guide import sample


def server_error(_request: HttpRequest) -> HttpResponse:
    """The page of what nobody foresaw; where the server has no room left to write into it says that. It asks the
    database nothing.
    """
    full = out_of_room(sys.exc_info()[1])
    return HttpResponse(render_to_string("507.html" if full else "500.html"), status=507 if full else 500)


class SignIn(auth_views.LoginView):
    """Sign-in; in the demo the page lists the demo's accounts."""

    template_name = "web/sign_in.html"
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        words = {"session_expired": leads_to_kept_form(self.get_redirect_url())}
        return super().get_context_data(**kwargs) | words | (demo_accounts() if settings.DEMO else {})

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_valid(form)
        kept.remember(response, form.get_user().pk)
        return response


def leads_to_kept_form(address: str) -> bool:
    """Whether who signs in comes back to a form that was sent after the session had ended."""
    try:
        return resolve(urlsplit(address).path).url_name == "form-again"
    except Resolver404:
        return False


def demo_accounts() -> dict[str, Any]:
    """The demo's accounts with the words for role and office, and the password that they share."""
    accounts = import_string(settings.DEMO_ACCOUNTS)
    offices = {
        office.code: office.label for office in Office.objects.filter(code__in=[a.office_code for a in accounts])
    }
    return {
        "demo_accounts": [
            {
                "username": account.username,
                "role_label": account.role.label,
                "office_label": offices.get(account.office_code, account.office_code),
            }
            for account in accounts
        ],
        "demo_password": accounts[0].password,
    }


class SignOut(auth_views.LogoutView):
    """Sign-out, by POST."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().post(request, *args, **kwargs)
        kept.forget(response)
        return response


@allowed("frame.use")
@never_cache
@require_GET
def form_again(request: ActorRequest, key: uuid.UUID) -> HttpResponse:
    """The form that was sent after the session had ended, with the button that sends it now. Http404 for another's,
    and one that is a day old.
    """
    row = kept.kept_form(request.user.pk or 0, key)
    if row is None:
        raise Http404
    fields = [(name, value) for name, values in row.data.items() for value in values]
    return render(request, "web/form_again.html", {"row": row, "fields": fields})


@require_POST
def choose_posting(request: HttpRequest) -> HttpResponse:
    """Work in another of one's postings, or in that of a colleague for whom one stands in, from now on in this
    session.
    """
    if not request.user.is_authenticated:
        return redirect("sign-in")
    asked = request.POST.get("posting", "")
    wanted = int(asked) if asked.isdecimal() and len(asked) < 19 else 0
    mine = postings_to_work_in(request.user.pk, clock.today())
    posting = next((posting for posting in mine if posting.pk == wanted), None)
    if posting is None:
        raise Http404
    request.session[SESSION_POSTING] = posting.pk
    return redirect("home")


@allowed("frame.use")
@require_POST
def demo_date(request: ActorRequest) -> HttpResponse:
    """Move the demo's day: `day` (YYYY-MM-DD), or `days` / `months` to go forward. Only where DEMO is on."""
    if not settings.DEMO:
        raise Http404
    today = clock.today()
    try:
        if request.POST.get("day"):
            day = datetime.date.fromisoformat(request.POST["day"])
        else:
            later = add_months(today, int(request.POST.get("months") or 0))
            day = later + datetime.timedelta(days=int(request.POST.get("days") or 0))
        services.set_demo_day(day=day, by=request.actor)
    except (ValueError, OverflowError):
        messages.error(request, _("Enter a date such as 2009-12-01, on or after 2008-07-01."))
    else:
        messages.success(request, _("The demo's day is now %(day)s.") % {"day": day.isoformat()})
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return redirect(back if safe else "home")


@require_GET
def health(request: HttpRequest) -> JsonResponse:
    """Whether the process answers and reaches its database; for load balancers and containers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


@require_GET
def style_guide(request: HttpRequest) -> HttpResponse:
    """All parts of the pages side by side; only where DEBUG is on."""
    if not settings.DEBUG:
        raise Http404
    return render(request, "web/style_guide.html", sample(request))
