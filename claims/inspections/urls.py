from django.urls import path

from .views import inspections, reports

urlpatterns = [
    path("reports/", reports.reports, name="reports"),
    path("reports/new/", reports.report_new, name="report-new"),
    path("reports/<slug:number>/", reports.report, name="report"),
    path("reports/<slug:number>/take/", reports.report_take, name="report-take"),
    path("reports/<slug:number>/close/", reports.report_close, name="report-close"),
    path("inspections/", inspections.inspections, name="inspections"),
    path("inspections/new/", inspections.inspection_new, name="inspection-new"),
    path("inspections/<slug:number>/", inspections.inspection, name="inspection"),
    path("inspections/<slug:number>/change/", inspections.inspection_edit, name="inspection-edit"),
    path("inspections/<slug:number>/finding/", inspections.finding_new, name="finding-new"),
    path(
        "inspections/<slug:number>/finding/<int:position>/remove/", inspections.finding_remove, name="finding-remove"
    ),
    path("inspections/<slug:number>/decide/", inspections.decide, name="inspection-decide"),
    path("inspections/<slug:number>/dismiss/", inspections.dismiss, name="inspection-dismiss"),
    path("inspections/<slug:number>/revoke/", inspections.revoke, name="inspection-revoke"),
]
