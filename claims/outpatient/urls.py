"""The addresses of outpatient diseases."""

from django.urls import path

from . import views

urlpatterns = [
    path("outpatient/", views.approvals, name="outpatient-approvals"),
    path("outpatient/new/", views.approval_new, name="outpatient-new"),
    path("outpatient/<str:number>/", views.approval, name="outpatient-approval"),
    path("outpatient/<str:number>/approve/", views.approval_approve, name="outpatient-approve"),
    path("outpatient/<str:number>/deny/", views.approval_deny, name="outpatient-deny"),
    path("outpatient/<str:number>/end/", views.approval_end, name="outpatient-end"),
    path("outpatient/<str:number>/decision/", views.approval_decision, name="outpatient-decision"),
    path("outpatient/<str:number>/claim/", views.claim_new, name="outpatient-claim"),
    path("stays/<str:number>/withdraw/", views.claim_withdraw, name="outpatient-withdraw"),
]
