"""Versions of the catalogue: each a workbook that came, and what became of each of its rows."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.offices.models import Office, User

# Within a row the name is that of its version.
EMPTY = list


class CatalogueVersion(models.Model):
    """A catalogue, or a part of one, as it came: from which day it holds, who brought it, its headings; its rows are
    `CatalogueRow`, its bytes `CatalogueFile` with the hash `sha256`.

    It is checked by a dry run of the kind `catalogue` as soon as it is there. Somebody else than who uploaded it has
    it applied, by a run of that kind; `applied_on` is the day on which all of its rows were gone through. Of a `whole`
    catalogue what it does not name ends; a `part` leaves it as it is.
    """

    class Scope(models.TextChoices):
        WHOLE = "whole", _("The whole catalogue")
        PART = "part", _("A part of the catalogue")

    number = models.CharField(_("version"), max_length=20, unique=True)
    scope = models.CharField(_("what it is"), max_length=5, choices=Scope.choices)
    starts = models.DateField(_("from"))
    document = models.CharField(_("by which document"), max_length=100, blank=True)
    office = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name=_("brought by"))
    uploaded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("uploaded by"))
    uploaded_on = models.DateField(_("uploaded on"))
    file_name = models.CharField(_("file"), max_length=120)
    size = models.PositiveIntegerField(_("size in bytes"))
    sha256 = models.CharField(max_length=64)
    headings = models.JSONField(default=list)
    row_count = models.PositiveIntegerField(_("rows"))
    applied_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("applied by"))
    applied_on = models.DateField(_("applied on"), null=True, blank=True)

    class Meta:
        verbose_name = _("version of the catalogue")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="catalogue_version_has_rows", condition=Q(row_count__gt=0)),
            models.CheckConstraint(
                name="catalogue_maker_is_not_checker",
                condition=Q(uploaded_by=None) | Q(applied_by=None) | ~Q(uploaded_by=F("applied_by")),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("catalogue-version", args=[self.number])


class CatalogueFile(models.Model):
    """The bytes of a version as they came. Nothing of it is ever changed."""

    version = models.OneToOneField(CatalogueVersion, models.CASCADE, related_name="file")
    content = models.BinaryField()

    class Meta:
        verbose_name = _("file of a version")

    def __str__(self) -> str:
        return str(self.version_id)


class CatalogueRow(models.Model):
    """A row of a version: its `cells` as they stood there, `stated`, what they say by the columns that are there, and
    what it does to the entry of its code.

    - `waiting`: nobody has looked at it yet.
    - `new`, `changed`, `unchanged`: against what holds on the first day; `before` and `after` are the entries.
    - `ended`: the code is not in a whole catalogue; such a row has no `place`, it stands in no file.
    - `refused`: it cannot be done, and `findings` say every reason.

    `done` tells that it was applied. `settled_lines` and `open_lines` are the fee lines of the code from the first day
    on, of settled stays and of others: they keep what the catalogue said when they were entered. `part` is the chunk
    in which it is worked. A row that cannot be read has nothing `stated`.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Not looked at yet")
        NEW = "new", _("New")
        CHANGED = "changed", _("Changed")
        ENDED = "ended", _("Ended")
        UNCHANGED = "unchanged", _("Unchanged")
        REFUSED = "refused", _("Refused")

    version = models.ForeignKey(CatalogueVersion, models.CASCADE, related_name="rows")
    place = models.PositiveIntegerField(_("row"), null=True)
    part = models.PositiveIntegerField()
    code = models.CharField(_("code"), max_length=30, blank=True)
    cells = models.JSONField(default=EMPTY)
    stated = models.JSONField(default=dict)
    state = models.CharField(_("difference"), max_length=10, choices=State.choices, default=State.WAITING)
    done = models.BooleanField(default=False)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    findings = models.JSONField(default=EMPTY)
    settled_lines = models.PositiveIntegerField(default=0)
    open_lines = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("row of a version")
        ordering = ["version", F("place").asc(nulls_last=True), "code"]
        constraints = [
            models.UniqueConstraint(name="catalogue_row_once", fields=["version", "place"]),
            models.CheckConstraint(
                name="catalogue_row_place", condition=Q(place=None, state="ended") | Q(place__isnull=False)
            ),
            models.CheckConstraint(
                name="catalogue_row_done",
                condition=Q(done=False) | Q(state__in=["new", "changed", "ended", "unchanged"]),
            ),
        ]
        indexes = [
            models.Index(fields=["version", "part"], name="catalogue_row_part"),
            models.Index(fields=["version", "state", "place"], name="catalogue_row_state"),
            models.Index(fields=["code"], condition=Q(done=True), name="catalogue_row_code"),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.place} {self.code}"
