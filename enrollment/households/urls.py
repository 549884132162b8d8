from django.urls import path

from . import views

urlpatterns = [
    path("households/<slug:number>/", views.household, name="household"),
    path("households/<slug:number>/edit/", views.household_edit, name="household-edit"),
    path("households/<slug:number>/members/new/", views.member_new, name="household-member-new"),
    path("households/<slug:number>/members/remove/", views.member_remove, name="household-member-remove"),
    path("residents/<slug:number>/household/new/", views.household_new, name="household-new"),
]
