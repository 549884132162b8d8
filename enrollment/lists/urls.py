from django.urls import path

from .views import lists, schools

urlpatterns = [
    path("lists/", lists.lists, name="lists"),
    path("lists/new/", lists.list_new, name="list-new"),
    path("lists/templates/<slug:source>/", lists.list_template, name="list-template"),
    path("lists/<slug:number>/", lists.list_page, name="list"),
    path("lists/<slug:number>/check/", lists.list_check, name="list-check"),
    path("lists/<slug:number>/apply/", lists.list_apply, name="list-apply"),
    path("lists/<slug:number>/steer/", lists.list_steer, name="list-steer"),
    path("lists/<slug:number>/discard/", lists.list_discard, name="list-discard"),
    path("lists/<slug:number>/record/", lists.list_record, name="list-record"),
    path("lists/<slug:number>/refused/", lists.list_refused, name="list-refused"),
    path("schools/", schools.schools, name="schools"),
    path("schools/<slug:code>/", schools.school_classes, name="school-classes"),
    path("schools/<slug:code>/class/", schools.school_class, name="school-class"),
    path("schools/<slug:code>/export/", schools.school_export, name="school-export"),
    path("schools/<slug:code>/year/", schools.school_year, name="school-year"),
]
