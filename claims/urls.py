"""The addresses of claims."""

from django.urls import path

from . import views

urlpatterns = [
    path("stays/", views.stays, name="stays"),
    path("stays/new/", views.stay_new, name="stay-new"),
    path("stays/person/", views.stay_person, name="stay-person"),
    path("stays/<str:number>/", views.stay, name="stay"),
    path("stays/<str:number>/edit/", views.stay_edit, name="stay-edit"),
    path("stays/<str:number>/cancel/", views.stay_cancel, name="stay-cancel"),
    path("stays/<str:number>/lines/", views.stay_lines, name="stay-lines"),
    path("stays/<str:number>/lines/delete/", views.stay_line_delete, name="stay-line-delete"),
    path("stays/<str:number>/discharge/", views.stay_discharge, name="stay-discharge"),
    path("stays/<str:number>/undischarge/", views.stay_undischarge, name="stay-undischarge"),
    path("stays/<str:number>/calculation/", views.stay_calculation, name="stay-calculation"),
    path("stays/<str:number>/settle/", views.stay_settle, name="stay-settle"),
    path("settlements/to-correct/", views.corrections, name="corrections"),
    path("settlements/<str:number>/leave/", views.correction_leave, name="correction-leave"),
    path("settlements/<str:number>/", views.settlement, name="settlement"),
    path("settlements/<str:number>/print/", views.settlement_print, name="settlement-print"),
    path("settlements/<str:number>/reverse/", views.settlement_reverse, name="settlement-reverse"),
    path("referrals/", views.referrals, name="referrals"),
    path("referrals/new/", views.referral_new, name="referral-new"),
    path("referrals/<str:number>/", views.referral, name="referral"),
    path("referrals/<str:number>/approve/", views.referral_approve, name="referral-approve"),
    path("referrals/<str:number>/deny/", views.referral_deny, name="referral-deny"),
    path("catalogue/", views.catalogue, name="catalogue"),
    path("catalogue/options/", views.item_options, name="item-options"),
    path("diagnoses/options/", views.diagnosis_options, name="diagnosis-options"),
    path("institutions/", views.institutions, name="institutions"),
    path("institutions/new/", views.institution_new, name="institution-new"),
    path("institutions/<str:code>/", views.institution, name="institution"),
    path("institutions/<str:code>/edit/", views.institution_edit, name="institution-edit"),
    path("institutions/<str:code>/grade/", views.institution_grade, name="institution-grade"),
    path("institutions/<str:code>/designation/", views.institution_designation, name="institution-designation"),
    path(
        "institutions/<str:code>/designation/<int:pk>/end/",
        views.institution_designation_end,
        name="institution-designation-end",
    ),
    path("institutions/<str:code>/specialty/", views.institution_specialty, name="institution-specialty"),
    path(
        "institutions/<str:code>/specialty/<int:pk>/end/",
        views.institution_specialty_end,
        name="institution-specialty-end",
    ),
    path("entitlement/", views.entitlement, name="entitlement"),
]
