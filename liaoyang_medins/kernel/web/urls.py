from django.urls import include, path

from . import terms, views

urlpatterns = [
    path("sign-in/", views.SignIn.as_view(), name="sign-in"),
    path("sign-out/", views.SignOut.as_view(), name="sign-out"),
    path("posting/", views.choose_posting, name="choose-posting"),
    path("again/<uuid:key>/", views.form_again, name="form-again"),
    path("find/", terms.keep_term, name="keep-term"),
    path("demo/date/", views.demo_date, name="demo-date"),
    path("language/", include("django.conf.urls.i18n")),
    path("health/", views.health, name="health"),
    path("style-guide/", views.style_guide, name="style-guide"),
]
