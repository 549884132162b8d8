"""Papers that are kept as they were said."""

import json

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from .paper import Paper


class KeptPaper(models.Model):
    """A paper that was given to somebody, word for word, in every language of the portal. It is never changed.

    `kind` is its code ("refusal_notice"), `object_type` and `object_number` name what it is about as the audit record
    does, `round` counts the papers of a kind about one object from 1. `sha256` is that of `content`.
    """

    kind = models.CharField(_("kind"), max_length=40)
    object_type = models.CharField(_("kind of object"), max_length=50)
    object_number = models.CharField(_("object"), max_length=60)
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    made_on = models.DateField(_("made on"))
    # JSON as it was written, to the byte, since its hash is kept: language → Paper.data().
    content = models.TextField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("kept paper")
        ordering = ["object_type", "object_number", "kind", "round"]
        constraints = [
            models.UniqueConstraint(name="paper_once", fields=["object_type", "object_number", "kind", "round"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_number} ({self.round})"

    def paper(self) -> Paper:
        """The paper in the active language, else in that of the portal."""
        said = json.loads(self.content)
        return Paper.of(said.get(get_language()) or said[settings.LANGUAGE_CODE])
