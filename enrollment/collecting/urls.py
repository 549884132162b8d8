from django.urls import path

from . import views

urlpatterns = [
    path("collections/", views.collection_list, name="collections"),
    path("collections/new/", views.collection_new, name="collection-new"),
    path("collections/<str:number>/", views.collection, name="collection"),
    path("collections/<str:number>/print/", views.collection_print, name="collection-print"),
    path("collections/<str:number>/record/", views.collection_record, name="collection-record"),
    path("collections/<str:number>/return/", views.collection_return, name="collection-return"),
    path("collections/<str:number>/withdraw/", views.collection_withdraw, name="collection-withdraw"),
]
