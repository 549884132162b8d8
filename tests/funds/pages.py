"""Short words for the tests of pages."""

from django.urls import reverse


def text(response) -> str:
    return response.content.decode()


def url(name: str, *args: str) -> str:
    return reverse(name, args=args)
