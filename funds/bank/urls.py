from django.urls import path

from .views import book, statements

urlpatterns = [
    path("cash-book/", book.cash_book, name="cash-book"),
    path("cash-book/match-all/", book.match_all, name="match-all"),
    path("cash-book/match/", book.match_new, name="match-new"),
    path("cash-book/matches/<slug:number>/", book.match, name="match"),
    path("cash-book/matches/<slug:number>/undo/", book.match_undo, name="match-undo"),
    path("cash-book/reconciliation/", book.reconciliation, name="reconciliation"),
    path("cash-book/reconciliation/print/", book.reconciliation_print, name="reconciliation-print"),
    path("bank-statements/", statements.bank_statements, name="bank-statements"),
    path("bank-statements/new/", statements.bank_statement_new, name="bank-statement-new"),
    path("bank-statements/<slug:number>/", statements.bank_statement, name="bank-statement"),
    path("bank-statements/<slug:number>/check/", statements.bank_statement_check, name="bank-statement-check"),
    path("bank-statements/<slug:number>/import/", statements.bank_statement_import, name="bank-statement-import"),
    path("bank-statements/<slug:number>/steer/", statements.bank_statement_steer, name="bank-statement-steer"),
    path("bank-statements/<slug:number>/discard/", statements.bank_statement_discard, name="bank-statement-discard"),
    path("bank-statements/<slug:number>/file/", statements.bank_statement_file, name="bank-statement-file"),
]
