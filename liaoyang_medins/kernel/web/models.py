"""What was typed: to find something, so that no address and no log line holds it; or into a form whose session had
ended.
"""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.offices.models import User


class StoredTerm(models.Model):
    """A search term under an opaque key, for its own user and a day: Back, reload and the next page find it again."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    text = models.CharField(max_length=100)
    made_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("search term")

    def __str__(self) -> str:
        return str(self.pk)


class KeptForm(models.Model):
    """A form that was sent after the session had ended, for whose session it was and a day: signed in again, they see
    it and send it once more. `data` holds its fields with their values, no passwords and no files.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    path = models.CharField(max_length=500)
    data = models.JSONField(default=dict)
    had_files = models.BooleanField(default=False)
    made_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("kept form")

    def __str__(self) -> str:
        return str(self.pk)
