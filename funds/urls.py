from django.urls import path

from .views import journal, statements

urlpatterns = [
    path("statements/", statements.statements, name="statements"),
    path("statements/new/", statements.statement_new, name="statement-new"),
    path("statements/<slug:number>/", statements.statement, name="statement"),
    path("statements/<slug:number>/redraw/", statements.statement_redraw, name="statement-redraw"),
    path("statements/<slug:number>/discard/", statements.statement_discard, name="statement-discard"),
    path("statements/<slug:number>/issue/", statements.statement_issue, name="statement-issue"),
    path("statements/<slug:number>/persons/", statements.statement_persons, name="statement-persons"),
    path("statements/<slug:number>/print/", statements.statement_print, name="statement-print"),
    path("statements/<slug:number>/export/", statements.statement_export, name="statement-export"),
    path("statements/<slug:number>/receipts/new/", statements.subsidy_receipt_new, name="subsidy-receipt-new"),
    path("journal/", journal.journal, name="journal"),
    path("journal/post/", journal.journal_post, name="journal-post"),
    path("journal/<slug:document_type>/<slug:document_number>/", journal.journal_entry, name="journal-entry"),
    path("trial-balance/", journal.trial_balance, name="trial-balance"),
]
