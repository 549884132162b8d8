"""The addresses of lists that are handed over."""

from django.urls import path

from . import views

urlpatterns = [
    path("handover/", views.lists, name="handover-lists"),
    path("handover/new/", views.list_new, name="handover-new"),
    path("handover/<str:number>/", views.one, name="handover-list"),
    path("handover/<str:number>/issue/", views.list_issue, name="handover-issue"),
    path("handover/<str:number>/discard/", views.list_discard, name="handover-discard"),
    path("handover/<str:number>/export/", views.list_export, name="handover-export"),
]
