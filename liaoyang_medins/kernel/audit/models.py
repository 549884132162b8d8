"""The audit record: who did what, when, to what. Append-only, chained in blocks."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEntry(models.Model):
    """One act, written in the transaction of the change it tells of.

    Database triggers refuse update and delete. `resident` is the resident's number (never an ID number); `changes`
    holds what the act changed as codes and figures, `note` what the person said about it.
    """

    at = models.DateTimeField(_("at"))
    business_date = models.DateField(_("business date"))
    actor_kind = models.CharField(_("kind of actor"), max_length=10)
    actor_name = models.CharField(_("actor"), max_length=150)
    user_id = models.BigIntegerField(_("user"), null=True)
    role = models.CharField(_("role"), max_length=20, blank=True)
    office_code = models.CharField(_("office"), max_length=20, blank=True)
    verb = models.CharField(_("act"), max_length=50)
    object_type = models.CharField(_("kind of object"), max_length=50)
    object_number = models.CharField(_("object"), max_length=60)
    resident = models.CharField(_("resident"), max_length=20, blank=True)
    changes = models.JSONField(_("changes"), default=dict)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("audit entry")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["object_type", "object_number", "-id"]),
            models.Index(fields=["resident", "-id"], condition=~models.Q(resident=""), name="audit_by_resident"),
            # The record is searched the newest day first, by actor, by act, or by time alone.
            models.Index(
                fields=["user_id", "business_date", "id"],
                condition=models.Q(user_id__isnull=False),
                name="audit_by_user_and_day",
            ),
            models.Index(fields=["verb", "business_date", "id"], name="audit_by_verb_and_day"),
            models.Index(fields=["business_date", "id"], name="audit_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.verb} {self.object_number}"


class AuditBlock(models.Model):
    """A sealed run of entries: the ids, their count, the hash over them and over the block before.

    An entry belongs to exactly one block. Ids of a block need not be contiguous: a transaction that was still open
    when a later id was sealed is caught by the next block. So that the sealer need not look through the whole record
    each time, a block says how far the ids had been drawn (`drawn_until`), which transactions can have drawn them
    (those below `transactions_until`), and up to which id all are sealed and none will come (`settled_until`).
    """

    sealed_at = models.DateTimeField(_("sealed at"))
    count = models.PositiveIntegerField(_("entries"))
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)
    drawn_until = models.BigIntegerField(default=0)
    transactions_until = models.BigIntegerField(default=0)
    settled_until = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("audit block")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.pk}: {self.count}"


class AuditSeal(models.Model):
    """The block that an entry was sealed in. A row of its own, since entries are never updated."""

    entry = models.OneToOneField(AuditEntry, models.PROTECT, primary_key=True, related_name="seal")
    block = models.ForeignKey(AuditBlock, models.PROTECT, related_name="seals")

    class Meta:
        verbose_name = _("audit seal")

    def __str__(self) -> str:
        return f"{self.entry_id} in {self.block_id}"
