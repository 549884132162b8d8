"""The addresses of the special account beside the journal."""

from django.urls import path

from .views import documents, journal, months

urlpatterns = [
    path("ledger/<slug:code>/", journal.ledger, name="ledger"),
    path("entered-documents/", documents.entered_documents, name="entered-documents"),
    path("entered-documents/new/", documents.entered_document_new, name="entered-document-new"),
    path("entered-documents/<slug:number>/", documents.entered_document, name="entered-document"),
    path("entered-documents/<slug:number>/check/", documents.entered_document_check, name="entered-document-check"),
    path("entered-documents/<slug:number>/refuse/", documents.entered_document_refuse, name="entered-document-refuse"),
    path(
        "entered-documents/<slug:number>/withdraw/",
        documents.entered_document_withdraw,
        name="entered-document-withdraw",
    ),
    path(
        "entered-documents/<slug:number>/correct/", documents.entered_document_correct, name="entered-document-correct"
    ),
    path("entered-documents/<slug:number>/slip/", documents.entered_document_slip, name="entered-document-slip"),
    path(
        "entered-documents/<slug:number>/scans/<uuid:key>/",
        documents.entered_document_scan,
        name="entered-document-scan",
    ),
    path("months/", months.account_months, name="account-months"),
    path("months/<slug:code>/", months.account_month, name="account-month"),
    path("months/<slug:code>/prepare/", months.account_month_prepare, name="account-month-prepare"),
    path("months/<slug:code>/withdraw/", months.account_month_withdraw, name="account-month-withdraw"),
    path("months/<slug:code>/close/", months.account_month_close, name="account-month-close"),
]
