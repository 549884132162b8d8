"""What browser tests share: a window that works as somebody, and what every page has to stand."""

from typing import Any

from django.test import Client
from playwright.sync_api import Page

from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.offices.models import User
from tests.e2e.axe import pixels_over, violations


def sign_in(page: Page, live: Any, by: Actor | User, *, language: str = "") -> None:
    """The window works as an actor or an account from now on, in the language if one is given."""
    client = Client()
    client.force_login(by if isinstance(by, User) else User.objects.get(pk=by.user_id or 0))
    cookies = {"sessionid": client.cookies["sessionid"].value}
    if language:
        cookies["django_language"] = language
    page.context.add_cookies([{"name": name, "value": value, "url": live.url} for name, value in cookies.items()])


def fits(page: Page) -> None:
    """Nothing breaks WCAG 2.2 AA, and nothing is wider than the window, at 320 and at 1440 pixels."""
    for width in (320, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert pixels_over(page) == 0, (page.url, width)
        assert violations(page) == [], (page.url, width)
