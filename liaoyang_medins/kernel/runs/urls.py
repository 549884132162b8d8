from django.urls import path

from . import views

urlpatterns = [
    path("runs/", views.runs, name="runs"),
    path("runs/<slug:number>/", views.run, name="run"),
    path("runs/<slug:number>/pause/", views.run_pause, name="run-pause"),
    path("runs/<slug:number>/resume/", views.run_resume, name="run-resume"),
    path("runs/<slug:number>/cancel/", views.run_cancel, name="run-cancel"),
]
