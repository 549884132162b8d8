"""Workbooks of the persons of statements: made by a run, fetched by who asked, deleted after a term."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.offices.models import Office, User

from .statements import SubsidyStatement


class PersonsWorkbook(models.Model):
    """The persons of an issued statement as a workbook, as far as who asked for it sees them: with `district`, that
    district's alone.

    Its `run` writes the rows in parts and puts them together; it is ready from `ready_on` on. Only `asked_by` fetches
    it, up to and with `kept_until`; then its file is deleted, and the row tells that it was there.
    """

    statement = models.ForeignKey(SubsidyStatement, models.PROTECT, related_name="workbooks")
    district = models.ForeignKey(Office, models.PROTECT, null=True, related_name="+", verbose_name=_("district"))
    language = models.CharField(_("language"), max_length=10)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("asked for by"))
    asked_on = models.DateField(_("asked for on"))
    run = models.CharField(_("run number"), max_length=20, unique=True)
    ready_on = models.DateField(_("ready on"), null=True, blank=True)
    kept_until = models.DateField(_("kept until"), null=True, blank=True)
    deleted_on = models.DateField(_("deleted on"), null=True, blank=True)
    size = models.PositiveBigIntegerField(_("size in bytes"), default=0)
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("workbook of persons")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                name="persons_workbook_once",
                fields=["statement", "asked_by", "district", "language"],
                condition=Q(deleted_on=None),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="persons_workbook_ready",
                condition=Q(ready_on=None, kept_until=None, deleted_on=None, size=0, sha256="")
                | (Q(ready_on__isnull=False, kept_until__isnull=False, size__gt=0) & ~Q(sha256="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.statement_id} {self.run}"

    def get_absolute_url(self) -> str:
        return reverse("statement-workbook", args=[self.statement.number])


class WorkbookPiece(models.Model):
    """A piece of a workbook: the `frame` around its rows and some `rows` of its sheet (from 1) while it is made, then
    its `file`, cut into pieces of a megabyte. In the database, so that every process has them and none is left behind.
    """

    class Kind(models.TextChoices):
        FRAME = "frame", _("Frame")
        ROWS = "rows", _("Rows")
        FILE = "file", _("File")

    workbook = models.ForeignKey(PersonsWorkbook, models.CASCADE, related_name="pieces")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    sheet = models.PositiveSmallIntegerField(default=0)
    position = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        verbose_name = _("piece of a workbook")
        ordering = ["workbook", "kind", "sheet", "position"]
        constraints = [
            models.UniqueConstraint(name="workbook_piece_once", fields=["workbook", "kind", "sheet", "position"])
        ]

    def __str__(self) -> str:
        return f"{self.workbook_id} {self.kind} {self.position}"
