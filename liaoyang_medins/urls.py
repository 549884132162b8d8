"""The addresses of the portal. No address holds an ID number."""

from django.urls import include, path

urlpatterns = [
    # First: its calls are many, and each would be compared with all that stands before.
    path("api/v1/", include("claims.api.urls")),
    path("", include("liaoyang_medins.kernel.web.urls")),
    path("", include("liaoyang_medins.portal.urls")),
    path("", include("enrollment.registration.urls")),
    path("", include("enrollment.contributions.urls")),
    path("", include("enrollment.bankfiles.urls")),
    path("", include("enrollment.households.urls")),
    path("", include("enrollment.cards.urls")),
    path("", include("claims.outpatient.urls")),
    path("", include("claims.handover.urls")),
    path("", include("claims.urls")),
    path("", include("claims.misuse.urls")),
    path("", include("claims.reimbursement.urls")),
    path("", include("claims.catalogues.urls")),
    path("", include("claims.inspections.urls")),
    path("", include("claims.violations.urls")),
    path("", include("claims.api.page_urls")),
    path("", include("enrollment.lists.urls")),
    path("", include("enrollment.cockpit.urls")),
    path("", include("enrollment.collecting.urls")),
    path("", include("funds.urls")),
    path("", include("funds.paying.urls")),
    path("", include("funds.account_urls")),
    path("", include("funds.bank.urls")),
    path("", include("funds.watch.urls")),
    path("", include("funds.supervision.urls")),
    path("", include("funds.published.urls")),
    path("", include("liaoyang_medins.kernel.runs.urls")),
]

handler500 = "liaoyang_medins.kernel.web.views.server_error"
