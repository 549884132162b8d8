from django.urls import path

from .views import journal, receipts, reminders, statements, workbooks

urlpatterns = [
    path("statements/", statements.statements, name="statements"),
    path("statements/new/", statements.statement_new, name="statement-new"),
    path("statements/<slug:number>/", statements.statement, name="statement"),
    path("statements/<slug:number>/redraw/", statements.statement_redraw, name="statement-redraw"),
    path("statements/<slug:number>/discard/", statements.statement_discard, name="statement-discard"),
    path("statements/<slug:number>/sign/", statements.statement_sign, name="statement-sign"),
    path("statements/<slug:number>/check/", statements.statement_check, name="statement-check"),
    path("statements/<slug:number>/send-back/", statements.statement_send_back, name="statement-send-back"),
    path("statements/<slug:number>/issue/", statements.statement_issue, name="statement-issue"),
    path("statements/<slug:number>/persons/", statements.statement_persons, name="statement-persons"),
    path("statements/<slug:number>/print/", statements.statement_print, name="statement-print"),
    path("statements/<slug:number>/export/", statements.statement_export, name="statement-export"),
    path("subsidy-receipts/<slug:number>/take-back/", receipts.subsidy_receipt_take_back, name="subsidy-take-back"),
    path("statements/<slug:number>/reminders/new/", reminders.subsidy_reminder_new, name="subsidy-reminder-new"),
    path("subsidy-reminders/<slug:number>/", reminders.subsidy_reminder, name="subsidy-reminder"),
    path("statements/<slug:number>/workbook/", workbooks.statement_workbook, name="statement-workbook"),
    path("statements/<slug:number>/workbook/file/", workbooks.statement_workbook_file, name="statement-workbook-file"),
    path(
        "statements/<slug:number>/workbook/steer/", workbooks.statement_workbook_steer, name="statement-workbook-steer"
    ),
    path("statements/<slug:number>/receipts/new/", receipts.subsidy_receipt_new, name="subsidy-receipt-new"),
    path("journal/", journal.journal, name="journal"),
    path("journal/post/", journal.journal_post, name="journal-post"),
    path("journal/<slug:document_type>/<str:document_number>/", journal.journal_entry, name="journal-entry"),
    path("trial-balance/", journal.trial_balance, name="trial-balance"),
]
