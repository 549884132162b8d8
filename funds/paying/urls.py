"""The addresses of declarations, payment batches and bank accounts of institutions."""

from django.urls import path

from . import views

urlpatterns = [
    path("declarations/", views.declarations, name="declarations"),
    path("declarations/new/", views.declaration_new, name="declaration-new"),
    path("declarations/<slug:number>/", views.declaration, name="declaration"),
    path("declarations/<slug:number>/print/", views.declaration_print, name="declaration-print"),
    path("declarations/<slug:number>/workbook/", views.declaration_export, name="declaration-export"),
    path("declarations/<slug:number>/redraw/", views.declaration_redraw, name="declaration-redraw"),
    path("declarations/<slug:number>/discard/", views.declaration_discard, name="declaration-discard"),
    path("declarations/<slug:number>/confirm/", views.declaration_confirm, name="declaration-confirm"),
    path("declarations/<slug:number>/examine/", views.declaration_examine, name="declaration-examine"),
    path("declarations/<slug:number>/check/", views.declaration_check, name="declaration-check"),
    path("declarations/<slug:number>/approve/", views.declaration_approve, name="declaration-approve"),
    path("declarations/<slug:number>/send-back/", views.declaration_send_back, name="declaration-send-back"),
    path("payment-batches/", views.batches, name="payment-batches"),
    path("payment-batches/new/", views.batch_new, name="payment-batch-new"),
    path("payment-batches/<slug:number>/", views.batch, name="payment-batch"),
    path("payment-batches/<slug:number>/bank-file/", views.batch_file, name="payment-batch-file"),
    path("payment-batches/<slug:number>/paid/", views.batch_paid, name="payment-batch-paid"),
    path("payment-batches/<slug:number>/result/", views.batch_result, name="payment-batch-result"),
    path(
        "institution-payments/<slug:number>/returned/",
        views.institution_payment_returned,
        name="institution-payment-returned",
    ),
    path("institutions/<slug:code>/bank-accounts/", views.bank_accounts, name="bank-accounts"),
    path("bank-accounts/<int:pk>/confirm/", views.bank_account_confirm, name="bank-account-confirm"),
    path("bank-accounts/<int:pk>/refuse/", views.bank_account_refuse, name="bank-account-refuse"),
]
