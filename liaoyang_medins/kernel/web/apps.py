from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "liaoyang_medins.kernel.web"
    label = "web"
