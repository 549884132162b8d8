"""U23: whether a page speaks one language, as far as a program can tell.

In Chinese a Latin word is a name of ours (WORDS) or data; in English a Chinese character is data. Data is what stands
in the text columns of the database (names, addresses, remarks), and the name of the agency. What is marked with
another `lang` may be in that language.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models
from playwright.sync_api import Page

APPS = ("offices", "audit", "attachments", "registration", "life", "households", "contributions", "cards")
APPS += ("bankfiles", "collecting", "claims", "misuse", "lists", "funds")
APPS += ("reimbursement", "outpatient", "handover", "catalogues", "inspections")
APPS += ("bank", "paying", "published", "supervision", "violations", "watch")
CHINESE = re.compile(r"[\u3400-\u9fff]")
LATIN = re.compile(r"[A-Za-z]{2,}")
# Codes, and what the program left behind: never words for people, in either language.
CODE = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b|%\(|\{[%{]|\b[a-z]+\.[a-z]+(?:_[a-z]+)*\b")
# Latin words that Chinese agencies write themselves.
WORDS = {"Excel", "CSV", "MB", "ICD", "XLSX", "xlsx", "Ctrl", "Enter", "PDF", "JPEG", "PNG", "ID", "SHA"}
# Encodings, and how a bank file begins.
WORDS |= {"UTF", "GB", "HLYMEDINS", "LYMEDINS"}
# Checksums, and the keys of files.
HASH = re.compile(r"\b[0-9a-f]{16,}\b|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
# What a column holds is for the program, or has its own words.
NOT_SHOWN = {"password", "verb", "object_type", "document_type", "actor_kind", "role", "policy_version"}

READ = """() => {
    const found = [];
    const say = (text, element) => {
        text = text.replace(/\\s+/g, " ").trim();
        if (text) found.push([text, element.closest("[lang]")?.lang ?? ""]);
    };
    const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const parent = walker.currentNode.parentElement;
        if (!parent.closest("script, style")) say(walker.currentNode.data, parent);
    }
    for (const name of ["aria-label", "aria-description", "placeholder", "title", "alt", "data-confirm", "label"])
        for (const element of document.querySelectorAll(`[${name}]`)) say(element.getAttribute(name), element);
    return found;
}"""


def texts_of(page: Page) -> list[tuple[str, str]]:
    """Every text that the page shows, reads out or asks with, and the language in which it is marked."""
    return [(text, language) for text, language in page.evaluate(READ)]


class Words:
    """What may stand on a page in another language, from the database as it is."""

    def __init__(self) -> None:
        self.data = {language: texts_in_database(language) for language in ("zh-hans", "en")}
        self.part = {language: _matching(texts) for language, texts in self.data.items()}

    def wrong(self, texts: Iterable[tuple[str, str]], language: str) -> list[str]:
        """The texts of a page in `language` that are not in it, or hold a code."""
        wrong: dict[str, None] = {}
        for text, marked in texts:
            if marked.startswith(language[:2]) and text not in self.data[language]:
                rest = self.part[language].sub("", HASH.sub("", text))
                foreign = CHINESE.search(rest) if language == "en" else set(LATIN.findall(rest)) - WORDS
                if foreign or CODE.search(rest):
                    wrong[text] = None
        return list(wrong)


def texts_in_database(language: str) -> set[str]:
    """What people wrote: the values of text columns. A row with a name in both languages gives the page's own."""
    found = {settings.AGENCY_NAME}
    for label in APPS:
        for model in apps.get_app_config(label).get_models():
            columns = [field.name for field in model._meta.concrete_fields if _is_free(field)]
            left_out = "name" if language == "en" else "name_en"
            for row in model._default_manager.values(*columns):
                if row.get("name_en"):
                    row.pop(left_out)
                for value in row.values():
                    found.update(_leaves(value))
    return found


def _is_free(field: "models.Field[Any, Any]") -> bool:
    kinds = (models.CharField, models.TextField, models.JSONField)
    return isinstance(field, kinds) and not field.choices and field.name not in NOT_SHOWN


def _leaves(value: Any) -> Iterator[str]:
    """The texts in a value of a column; of a JSON column only those in Chinese, since its codes are no texts."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from (text for text in _leaves(part) if CHINESE.search(text))


def _matching(texts: set[str]) -> re.Pattern[str]:
    """Matches any of the texts of two characters and more, the longest first, and no part of a Latin word."""
    longest = sorted((text for text in texts if len(text) > 1), key=lambda text: (-len(text), text))
    whole = "|".join(map(re.escape, longest))
    return re.compile(rf"(?<![A-Za-z])(?:{whole})(?![A-Za-z])" if whole else r"(?!)")
