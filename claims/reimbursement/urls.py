from django.urls import path

from . import views

urlpatterns = [
    path("reimbursements/", views.reimbursements, name="reimbursements"),
    path("reimbursements/new/", views.reimbursement_new, name="reimbursement-new"),
    path("reimbursements/template/", views.reimbursement_template, name="reimbursement-template"),
    path("reimbursements/<slug:number>/", views.reimbursement, name="reimbursement"),
    path("reimbursements/<slug:number>/change/", views.reimbursement_edit, name="reimbursement-edit"),
    path("reimbursements/<slug:number>/papers/", views.reimbursement_papers, name="reimbursement-papers"),
    path("reimbursements/<slug:number>/scans/<uuid:key>/", views.reimbursement_scan, name="reimbursement-scan"),
    path(
        "reimbursements/<slug:number>/scans/<uuid:key>/remove/",
        views.reimbursement_scan_remove,
        name="reimbursement-scan-remove",
    ),
    path("reimbursements/<slug:number>/account/", views.reimbursement_account, name="reimbursement-account"),
    path(
        "reimbursements/<slug:number>/account/show/",
        views.reimbursement_account_show,
        name="reimbursement-account-show",
    ),
    path("reimbursements/<slug:number>/lines/", views.reimbursement_lines, name="reimbursement-lines"),
    path(
        "reimbursements/<slug:number>/lines/remove/",
        views.reimbursement_line_delete,
        name="reimbursement-line-delete",
    ),
    path("reimbursements/<slug:number>/import/", views.reimbursement_import, name="reimbursement-import"),
    path(
        "reimbursements/<slug:number>/import/take/", views.reimbursement_import_take, name="reimbursement-import-take"
    ),
    path(
        "reimbursements/<slug:number>/import/drop/", views.reimbursement_import_drop, name="reimbursement-import-drop"
    ),
    path(
        "reimbursements/<slug:number>/import/refused/",
        views.reimbursement_import_refused,
        name="reimbursement-import-refused",
    ),
    path("reimbursements/<slug:number>/examine/", views.reimbursement_examine, name="reimbursement-examine"),
    path("reimbursements/<slug:number>/release/", views.reimbursement_release, name="reimbursement-release"),
    path("reimbursements/<slug:number>/send-back/", views.reimbursement_send_back, name="reimbursement-send-back"),
    path("reimbursements/<slug:number>/refuse/", views.reimbursement_refuse, name="reimbursement-refuse"),
    path("reimbursements/<slug:number>/take-back/", views.reimbursement_take_back, name="reimbursement-take-back"),
    path("reimbursements/<slug:number>/receipt/", views.reimbursement_receipt, name="reimbursement-receipt"),
    path("reimbursements/<slug:number>/decision/", views.reimbursement_decision, name="reimbursement-decision"),
    path("reimbursements/<slug:number>/refusal/", views.reimbursement_refusal, name="reimbursement-refusal"),
    path("payment-lists/", views.payment_lists, name="payment-lists"),
    path("payment-lists/new/", views.payment_list_new, name="payment-list-new"),
    path("payment-lists/<slug:number>/", views.payment_list, name="payment-list"),
    path("payment-lists/<slug:number>/file/", views.payment_list_file, name="payment-list-file"),
    path("payment-lists/<slug:number>/bank-file/", views.payment_list_bank_file, name="payment-list-bank-file"),
    path("payment-lists/<slug:number>/result/", views.payment_list_result, name="payment-list-result"),
    path("payment-lists/<slug:number>/paid/", views.payment_list_paid, name="payment-list-paid"),
    path("payments/<slug:number>/returned/", views.payment_returned, name="payment-returned"),
]
