"""Goes through the portal as an account does: from the home page along every link."""

import hashlib
import html
import re
from collections import deque
from collections.abc import Collection, Iterable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from django.test import Client
from django.urls import Resolver404, resolve

LINK = re.compile(r"""\b(?:href|data-href)="([^"#]*)(?:#[^"]*)?\"""")
MAIN = re.compile(r"<main\b.*</main>", re.DOTALL)
TAG = re.compile(r"<([a-z][a-z0-9]*)\b([^>]*)>")
# What of a tag says how it looks and what it does; where it leads is told by the name of the route.
SAYS = re.compile(r"""\b(class|name|type|role|lang|colspan|hidden|disabled|readonly)(?:="([^"]*)")?""")
LEADS = re.compile(r"""\b(?:href|action|hx-get|formaction)="([^"#]*)""")
# How many addresses of one name are opened in search of links.
OPENED = 12


class Seen(NamedTuple):
    """A page that was come to: its address, and the hash of what it is made of, whatever its words."""

    url: str
    shape: str


@lru_cache(maxsize=100_000)
def name_of(url: str) -> str:
    """The name of the route that answers an address; nothing for what is no page of the portal."""
    try:
        return resolve(urlsplit(url).path).url_name or ""
    except Resolver404:
        return ""


def shape_of(content: str) -> str:
    """The hash of the kinds of elements in a page's main part, how many rows it may have, whatever is in them."""
    main = MAIN.search(content)
    kinds = {
        (
            tag,
            tuple(sorted(SAYS.findall(attributes))),
            tuple(name_of(html.unescape(address)) for address in LEADS.findall(attributes)),
        )
        for tag, attributes in TAG.findall(main[0] if main else content)
    }
    return hashlib.sha256(repr(sorted(kinds)).encode()).hexdigest()


class Looks:
    """Which pages were looked at already, by this process of the tests or one beside it: a file for each."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder

    def is_first(self, name: str, language: str, shape: str) -> bool:
        """Whether nobody looked at a page of this name and shape in a language; whoever asks looks."""
        try:
            (self.folder / f"{name}-{language}-{shape}").touch(exist_ok=False)
        except FileExistsError:
            return False
        return True


def links_in(content: str, url: str) -> list[str]:
    """Where a page leads, inside the portal."""
    found = (urljoin(url, html.unescape(link)) for link in LINK.findall(content))
    return [link for link in found if link.startswith("/") and name_of(link)]


def discover(
    client: Client, wanted: Iterable[str], *, starts: Iterable[str] = ("/",), unopened: Collection[str] = ()
) -> dict[str, list[Seen]]:
    """The pages that a signed-in client comes to by links, by the name of their route, in the order of coming; of
    what only leads on to another page there are none, nor of the `unopened` names.

    It ends early, once every `wanted` name was come to and nothing of a new name waits.
    """
    wanted = set(wanted)
    waiting = deque(starts)
    begun = set(waiting)
    seen = set(waiting)
    found: dict[str, list[Seen]] = {}
    while waiting:
        url = waiting.popleft()
        if name_of(url) in unopened:
            found[name_of(url)] = []
            continue
        known = [page.url for page in found.get(name_of(url), [])]
        if url in known or (len(known) >= OPENED and url not in begun):
            continue
        response = client.get(url)
        while response.status_code == 302:
            found.setdefault(name_of(url), [])
            url = urljoin(url, response.headers["Location"])
            seen.add(url)
            response = client.get(url)
        pages = found.setdefault(name_of(url), [])
        # A page's other shape, such as the PDF of a paper, is no page of its own.
        if url in (page.url for page in pages) or not response.headers.get("Content-Type", "").startswith("text/html"):
            response.close()
            continue
        content = response.content.decode()
        pages.append(Seen(url, shape_of(content)))
        if response.status_code != 200:
            continue
        for link in links_in(content, url):
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
