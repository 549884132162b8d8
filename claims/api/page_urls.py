"""The addresses of the agency's page about an institution's own software."""

from django.urls import path

from .views import pages

urlpatterns = [
    path("institutions/<str:code>/client/", pages.client, name="client"),
    path("institutions/<str:code>/client/open/", pages.client_open, name="client-open"),
    path("institutions/<str:code>/client/secret/", pages.client_secret, name="client-secret"),
    path("institutions/<str:code>/client/secret/end/", pages.client_secret_end, name="client-secret-end"),
    path("institutions/<str:code>/client/limit/", pages.client_limit, name="client-limit"),
    path("institutions/<str:code>/client/close/", pages.client_close, name="client-close"),
]
