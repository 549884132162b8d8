from django.urls import path

from . import views

urlpatterns = [
    path("supervision/", views.fund, name="supervision-fund"),
    path("supervision/export/", views.fund_export, name="supervision-fund-export"),
    path("supervision/refresh/", views.refresh, name="supervision-refresh"),
    path("supervision/institutions/", views.institutions, name="supervision-institutions"),
    path("supervision/institutions/export/", views.institutions_export, name="supervision-institutions-export"),
    path("supervision/institutions/<slug:code>/", views.institution, name="supervision-institution"),
    path(
        "supervision/institutions/<slug:code>/export/", views.institution_export, name="supervision-institution-export"
    ),
]
