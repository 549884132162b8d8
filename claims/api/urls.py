"""The addresses of the hospitals' interface. None holds an ID number; whatever else is asked is a problem too."""

from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt

from .problems import Problem, answer, problem_of
from .views import comparing, docs, lines, messages, people, settlements, stays, tokens

# Anything else in an address is not found, before anybody is asked.
NUMBER = r"(?P<number>[A-Z][0-9]{4}-[0-9]{7,12})"
KEY = r"(?P<key>[A-Za-z0-9._:-]{1,64})"


@csrf_exempt
def nowhere(request: HttpRequest) -> HttpResponse:
    body = problem_of(Problem("not_found"))
    return answer(body, body["status"])


urlpatterns = [
    path("oauth/token", tokens.Tokens.as_view(), name="api-token"),
    path("schema", docs.schema, name="api-schema"),
    path("docs", docs.Docs.as_view(), name="api-docs"),
    path("problems", docs.Problems.as_view(), name="api-problems"),
    path("problems/<slug:code>", docs.OneProblem.as_view(), name="api-problem"),
    path("persons/lookup", people.PersonLookup.as_view(), name="api-persons-lookup"),
    path("entitlements/check", people.EntitlementCheck.as_view(), name="api-entitlements-check"),
    path("stays", stays.Stays.as_view(), name="api-stays"),
    re_path(rf"^stays/{NUMBER}$", stays.OneStay.as_view(), name="api-stay"),
    re_path(rf"^stays/{NUMBER}/admission$", stays.Admission.as_view(), name="api-admission"),
    re_path(rf"^stays/{NUMBER}/cancel$", stays.Cancellation.as_view(), name="api-stay-cancel"),
    re_path(rf"^stays/{NUMBER}/lines$", lines.Lines.as_view(), name="api-lines"),
    re_path(rf"^stays/{NUMBER}/lines/remove$", lines.LinesRemoval.as_view(), name="api-lines-remove"),
    re_path(rf"^stays/{NUMBER}/discharge$", stays.Discharge.as_view(), name="api-discharge"),
    re_path(rf"^stays/{NUMBER}/discharge/cancel$", stays.DischargeCancellation.as_view(), name="api-discharge-cancel"),
    re_path(rf"^stays/{NUMBER}/presettlement$", settlements.Presettlement.as_view(), name="api-presettlement"),
    re_path(rf"^stays/{NUMBER}/settlement$", settlements.StaySettlement.as_view(), name="api-stay-settlement"),
    path("settlements", settlements.Settlements.as_view(), name="api-settlements"),
    re_path(rf"^settlements/{NUMBER}$", settlements.OneSettlement.as_view(), name="api-settlement"),
    re_path(rf"^settlements/{NUMBER}/reversal$", settlements.Reversal.as_view(), name="api-reversal"),
    path("totals", comparing.Totals.as_view(), name="api-totals"),
    path("reconciliations/totals", comparing.TotalsComparison.as_view(), name="api-reconcile-totals"),
    path("reconciliations/details", comparing.DetailsComparison.as_view(), name="api-reconcile-details"),
    re_path(rf"^messages/{KEY}$", messages.OneMessage.as_view(), name="api-message"),
    re_path(rf"^messages/{KEY}/undo$", messages.Undoing.as_view(), name="api-message-undo"),
    # Anything, also where a line ends in it.
    re_path(r"^[\s\S]*$", nowhere, name="api-nowhere"),
]
