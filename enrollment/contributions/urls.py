from django.urls import path

from .views import letters, notices, receipts, window

urlpatterns = [
    path("notices/", notices.notice_list, name="notices"),
    path("notices/window/", window.window, name="window"),
    path("notices/letters/", letters.letter_list, name="window-letters"),
    path("notices/<str:number>/", notices.notice, name="notice"),
    path("notices/<str:number>/print/", notices.notice_print, name="notice-print"),
    path("notices/<str:number>/remake/", notices.remake, name="notice-remake"),
    path("residents/<str:number>/renew/", notices.renew, name="notice-renew"),
    path("registrations/<str:number>/record/", notices.record, name="registration-record"),
    path("receipts/", receipts.receipt_list, name="receipts"),
    path("receipts/new/", receipts.receipt_new, name="receipt-new"),
    path("receipts/notice/", receipts.receipt_notice, name="receipt-notice"),
    path("receipts/<str:number>/", receipts.receipt, name="receipt"),
    path("receipts/<str:number>/print/", receipts.receipt_print, name="receipt-print"),
    path("receipts/<str:number>/assign/", receipts.assign, name="receipt-assign"),
    path("receipts/<str:number>/hold/", receipts.hold, name="receipt-hold"),
    path("receipts/<str:number>/return/", receipts.give_back, name="receipt-return"),
]
