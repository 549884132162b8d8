from django.urls import path

from .views import case, counter, documents, handovers, papers, queue, undo

urlpatterns = [
    path("registrations/", queue.registrations, name="registrations"),
    path("registrations/bulk/", handovers.bulk, name="registrations-bulk"),
    path("registrations/transmittals/", handovers.transmittals, name="transmittals"),
    path(
        "registrations/transmittals/<str:day>/<slug:giver>/<slug:taker>/",
        handovers.transmittal_day,
        name="transmittal-day",
    ),
    path("registrations/transmittals/<slug:number>/", handovers.transmittal, name="transmittal"),
    path("registrations/new/", counter.start, name="registration-start"),
    path("registrations/id-lookup/", counter.id_lookup, name="id-lookup"),
    path("registrations/drafts/<uuid:draft_id>/", counter.draft, name="registration-draft"),
    path("registrations/drafts/<uuid:draft_id>/documents/", counter.documents, name="registration-draft-materials"),
    path(
        "registrations/drafts/<uuid:draft_id>/scans/<uuid:key>/", documents.draft_scan, name="registration-draft-scan"
    ),
    path("registrations/drafts/<uuid:draft_id>/check/", counter.check, name="registration-check"),
    path("registrations/drafts/<uuid:draft_id>/discard/", counter.discard, name="registration-draft-discard"),
    path("registrations/<slug:number>/", case.registration, name="registration"),
    path("registrations/<slug:number>/forward/", case.forward, name="registration-forward"),
    path("registrations/<slug:number>/approve/", case.approve, name="registration-approve"),
    path("registrations/<slug:number>/return/", case.send_back, name="registration-return"),
    path("registrations/<slug:number>/refuse/", case.refuse, name="registration-refuse"),
    path("registrations/<slug:number>/withdraw/", case.withdraw, name="registration-withdraw"),
    path("registrations/<slug:number>/undo/", undo.undo, name="registration-undo"),
    path("registrations/<slug:number>/documents/", documents.materials, name="registration-materials"),
    path("registrations/<slug:number>/scans/", documents.registration_scans, name="registration-scans"),
    path("registrations/<slug:number>/scans/<uuid:key>/", documents.scan, name="registration-scan"),
    path(
        "registrations/<slug:number>/scans/<uuid:key>/remove/",
        documents.scan_remove,
        name="registration-scan-remove",
    ),
    path("registrations/<slug:number>/receipt/", papers.receipt, name="registration-receipt"),
    path("registrations/<slug:number>/missing/", papers.missing_notice, name="registration-missing-notice"),
    path("registrations/<slug:number>/refusal/", papers.refusal_notice, name="registration-refusal-notice"),
]
