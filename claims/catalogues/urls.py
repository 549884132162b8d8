from django.urls import path

from .views import items, versions

urlpatterns = [
    path("catalogue/export/", items.export, name="catalogue-export"),
    path("catalogue/template/", items.template, name="catalogue-template"),
    path("catalogue/items/<str:code>/", items.item, name="catalogue-item"),
    path("catalogue/versions/", versions.versions, name="catalogue-versions"),
    path("catalogue/versions/new/", versions.version_new, name="catalogue-version-new"),
    path("catalogue/versions/<slug:number>/", versions.version, name="catalogue-version"),
    path("catalogue/versions/<slug:number>/check/", versions.version_check, name="catalogue-version-check"),
    path("catalogue/versions/<slug:number>/apply/", versions.version_apply, name="catalogue-version-apply"),
    path("catalogue/versions/<slug:number>/steer/", versions.version_steer, name="catalogue-version-steer"),
    path("catalogue/versions/<slug:number>/discard/", versions.version_discard, name="catalogue-version-discard"),
    path("catalogue/versions/<slug:number>/refused/", versions.version_refused, name="catalogue-version-refused"),
    path("catalogue/versions/<slug:number>/file/", versions.version_file, name="catalogue-version-file"),
]
