"""Goes through the portal as an account does: from the home page along every link."""

import html
import re
from collections import deque
from collections.abc import Collection, Iterable
from urllib.parse import urljoin, urlsplit

from django.test import Client
from django.urls import Resolver404, resolve

LINK = re.compile(r"""\b(?:href|data-href)="([^"#]*)(?:#[^"]*)?\"""")
# How many addresses of one name are opened in search of links.
OPENED = 12


def name_of(url: str) -> str:
    """The name of the route that answers an address; nothing for what is no page of the portal."""
    try:
        return resolve(urlsplit(url).path).url_name or ""
    except Resolver404:
        return ""


def links_in(content: str, url: str) -> list[str]:
    """Where a page leads, inside the portal."""
    found = (urljoin(url, html.unescape(link)) for link in LINK.findall(content))
    return [link for link in found if link.startswith("/") and name_of(link)]


def discover(
    client: Client, wanted: Iterable[str], *, starts: Iterable[str] = ("/",), unopened: Collection[str] = ()
) -> dict[str, list[str]]:
    """The addresses that a signed-in client comes to by links, by the name of their route, in the order of coming; of
    what only leads on to another page there are none, nor of the `unopened` names.

    It ends early, once every `wanted` name was come to and nothing of a new name waits.
    """
    wanted = set(wanted)
    waiting = deque(starts)
    begun = set(waiting)
    seen = set(waiting)
    found: dict[str, list[str]] = {}
    while waiting:
        url = waiting.popleft()
        if name_of(url) in unopened:
            found[name_of(url)] = []
            continue
        known = found.get(name_of(url), [])
        if url in known or (len(known) >= OPENED and url not in begun):
            continue
        response = client.get(url)
        while response.status_code == 302:
            found.setdefault(name_of(url), [])
            url = urljoin(url, response.headers["Location"])
            seen.add(url)
            response = client.get(url)
        addresses = found.setdefault(name_of(url), [])
        # A page's other shape, such as the PDF of a paper, is no page of its own.
        if url in addresses or not response.headers.get("Content-Type", "").startswith("text/html"):
            response.close()
            continue
        addresses.append(url)
        if response.status_code != 200:
            continue
        for link in links_in(response.content.decode(), url):
            name = name_of(link)
            if link in seen and url not in begun:
                continue
            seen.add(link)
            # What has not been seen comes first, so that the way to every page is short; so does what a start shows.
            if name in found and url not in begun:
                waiting.append(link)
            else:
                waiting.appendleft(link)
        if wanted <= set(found) and {name_of(waits) for waits in waiting} <= set(found):
            break
    return found
