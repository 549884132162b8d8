"""What was typed to find something: kept here, so that no address and no log line holds it."""

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
