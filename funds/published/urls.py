from django.urls import path

from . import views

urlpatterns = [
    path("figures/", views.public_figures, name="public-figures"),
    path("figures/<int:year>/", views.public_figures_year, name="public-figures-year"),
    path("figures/<int:year>/csv/", views.public_figures_csv, name="public-figures-csv"),
    path("publications/", views.publications, name="publications"),
    path("publications/new/", views.publication_new, name="publication-new"),
    path("publications/<slug:number>/", views.publication, name="publication"),
    path("publications/<slug:number>/publish/", views.publication_publish, name="publication-publish"),
    path("publications/<slug:number>/discard/", views.publication_discard, name="publication-discard"),
]
