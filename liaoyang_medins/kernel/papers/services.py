"""Keeping papers as they were said, and reading them again."""

import datetime
import hashlib
import json
from collections.abc import Callable

from django.conf import settings
from django.db import models
from django.utils import translation

from liaoyang_medins.kernel.audit.services import object_number, object_type
from liaoyang_medins.kernel.statements import insert

from .models import KeptPaper
from .paper import Paper


def keep(
    *, kind: str, of: models.Model, on: datetime.date, draw: Callable[[int], Paper], round_of: int = 0
) -> KeptPaper:
    """Keep a paper of `kind` about the object `of`, drawn up on the day `on`; call it in the transaction of the act,
    with the object locked. `draw` draws it up in the active language; it is told which paper of the kind it is (from
    1), `round_of` where the caller has counted. The act's audit entry should hold the `sha256`.
    """
    round_of = round_of or of_object(of, kind).count() + 1
    said = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            said[language] = draw(round_of).data()
    content = json.dumps(said, ensure_ascii=False, sort_keys=True)
    kept = KeptPaper(
        kind=kind,
        object_type=object_type(of),
        object_number=object_number(of),
        round=round_of,
        made_on=on,
        content=content,
        sha256=hashlib.sha256(content.encode()).hexdigest(),
    )
    insert(kept)
    return kept


def of_object(of: models.Model, kind: str = "") -> models.QuerySet[KeptPaper]:
    """The papers that are kept about an object, of one kind where it is given, the first round first."""
    papers = KeptPaper.objects.filter(object_type=object_type(of), object_number=object_number(of))
    return (papers.filter(kind=kind) if kind else papers).order_by("kind", "round")
