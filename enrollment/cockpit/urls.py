from django.urls import path

from .views import cockpit, people

urlpatterns = [
    path("cockpit/", cockpit.cockpit, name="cockpit"),
    path("cockpit/<slug:code>/", cockpit.cockpit_office, name="cockpit-office"),
    path("cockpit/<slug:code>/export/", cockpit.cockpit_export, name="cockpit-export"),
    path("cockpit/<slug:code>/unpaid/", people.unpaid, name="call-list"),
    path("cockpit/<slug:code>/unpaid/print/", people.unpaid_print, name="call-list-print"),
    path("cockpit/<slug:code>/unpaid/export/", people.unpaid_export, name="call-list-export"),
    path("cockpit/<slug:code>/notices/", people.office_notices, name="office-notices"),
    path("cockpit/<slug:code>/collection/", people.collection, name="collection-list"),
    path("cockpit/<slug:code>/collection/export/", people.collection_export, name="collection-list-export"),
]
