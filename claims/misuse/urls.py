from django.urls import path

from . import views

urlpatterns = [
    path("misuse/", views.cases, name="misuse-cases"),
    path("misuse/<slug:number>/", views.case, name="misuse-case"),
    path("misuse/<slug:number>/change/", views.case_edit, name="misuse-edit"),
    path("misuse/<slug:number>/decide/", views.decide, name="misuse-decide"),
    path("misuse/<slug:number>/dismiss/", views.dismiss, name="misuse-dismiss"),
    path("misuse/<slug:number>/revoke/", views.revoke, name="misuse-revoke"),
    path("misuse/<slug:number>/payments/new/", views.payment_new, name="misuse-payment"),
    path("misuse/<slug:number>/decision/", views.decision_print, name="misuse-decision"),
    path("residents/<slug:number>/misuse/new/", views.case_new, name="misuse-new"),
]
