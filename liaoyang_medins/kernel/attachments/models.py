"""Files that hang on records."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.offices.models import User


class Attachment(models.Model):
    """A scan of a document, at a `part` of the object that `object_type` and `object_number` name (as the audit record
    does): the code of the document.

    The file lies in the folder of the setting ATTACHMENTS_ROOT under the opaque `key`, which is also its address;
    `name` is what the person's file was called, for people only. `kind` is what its bytes say that it is. A removed
    one has a reason; it is kept and shown to nobody any more.
    """

    class Kind(models.TextChoices):
        JPEG = "image/jpeg", "JPEG"
        PNG = "image/png", "PNG"
        PDF = "application/pdf", "PDF"

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    object_type = models.CharField(_("kind of object"), max_length=50)
    object_number = models.CharField(_("object"), max_length=60)
    part = models.CharField(_("document"), max_length=40)
    name = models.CharField(_("file name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    size = models.PositiveIntegerField(_("size in bytes"))
    sha256 = models.CharField(max_length=64)
    attached_on = models.DateField(_("attached on"))
    attached_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("attached by"))
    removed_on = models.DateField(_("removed on"), null=True, blank=True)
    removed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("removed by"))
    removed_because = models.CharField(_("reason of the removal"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("attachment")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="attachment_removed_with_reason",
                condition=Q(removed_on=None, removed_by=None, removed_because="")
                | (Q(removed_on__isnull=False, removed_by__isnull=False) & ~Q(removed_because="")),
            ),
            # The same file at the same place once.
            models.UniqueConstraint(
                name="attachment_once",
                fields=["object_type", "object_number", "part", "sha256"],
                condition=Q(removed_on=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.object_number} {self.part} {self.key}"

    @property
    def ending(self) -> str:
        """What the name of a file of this kind ends with."""
        return {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}[self.kind]
