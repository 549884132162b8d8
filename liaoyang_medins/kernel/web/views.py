"""Signing in and out, choosing a posting, moving the demo's day, health."""

import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.days import add_months
from liaoyang_medins.kernel.offices import services
from liaoyang_medins.kernel.offices.models import Office
from liaoyang_medins.kernel.offices.selectors import postings_to_work_in

from .decorators import ActorRequest, allowed
from .middleware import SESSION_POSTING
from .style_guide import sample


class SignIn(auth_views.LoginView):
    """Sign-in; in the demo the page lists the demo's accounts."""

    template_name = "web/sign_in.html"
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | (demo_accounts() if settings.DEMO else {})


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
