from django.urls import path

from . import views

urlpatterns = [
    path("watch/", views.findings, name="watch"),
    path("watch/export/", views.export, name="watch-export"),
    path("watch/look/", views.look, name="watch-look"),
    path("watch/<slug:number>/", views.finding, name="watch-finding"),
    path("watch/<slug:number>/assign/", views.assign, name="watch-assign"),
    path("watch/<slug:number>/answer/", views.answer, name="watch-answer"),
    path("watch/<slug:number>/close/", views.close, name="watch-close"),
]
