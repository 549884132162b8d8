from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "liaoyang_medins.kernel.web"
    label = "web"

    def ready(self) -> None:
        from .forms import speak_plainly

        speak_plainly()
