from django.urls import path

from . import views

urlpatterns = [
    path("violations/", views.report, name="public-report"),
    path("violations/received/", views.received, name="public-report-received"),
    path("violations/ask/", views.asked, name="public-report-ask"),
]
