"""Files of payments that the banks send, and what became of each line."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from enrollment.contributions.models import Receipt, yuan
from liaoyang_medins.kernel.offices.models import Office, User


class BankFile(models.Model):
    """A bank's file as it came: what its header and trailer say. Its bytes are its `BankFilePart`s, one after the
    other, and have the hash `sha256`.

    It is checked by a dry run of the kind `bankfile` as soon as it is there, and imported by a run of that kind when
    somebody says so; `imported_on` is the day on which every line was brought in. A file comes once, by its hash and
    by bank and file number.
    """

    class Layout(models.TextChoices):
        FIXED = "fixed", _("Fixed width")
        CSV = "csv", _("CSV")

    number = models.CharField(_("bank file"), max_length=20, unique=True)
    layout = models.CharField(_("format"), max_length=5, choices=Layout.choices)
    encoding = models.CharField(_("encoding"), max_length=8)
    bank = models.CharField(_("bank"), max_length=12)
    bank_name = models.CharField(_("name of the bank"), max_length=40)
    file_number = models.CharField(_("number of the bank"), max_length=20)
    file_day = models.DateField(_("date of the file"))
    payments = models.PositiveIntegerField(_("payments"))
    payments_sum = models.DecimalField(_("sum of the payments"), max_digits=20, decimal_places=2)
    returns = models.PositiveIntegerField(_("returned payments"))
    returns_sum = models.DecimalField(_("sum of the returned payments"), max_digits=20, decimal_places=2)
    office = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name=_("brought by"))
    uploaded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("uploaded by"))
    uploaded_on = models.DateField(_("uploaded on"))
    file_name = models.CharField(_("file"), max_length=120)
    size = models.PositiveIntegerField(_("size in bytes"))
    sha256 = models.CharField(max_length=64, unique=True)
    imported_on = models.DateField(_("imported on"), null=True, blank=True)

    class Meta:
        verbose_name = _("bank file")
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(name="bank_file_once", fields=["bank", "file_number"])]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("bank-file", args=[self.number])


class BankFilePart(models.Model):
    """Bytes of a bank file as they came: `lines` of it from the line `first_line` on. Header and trailer are parts
    without lines. Nothing of it is ever changed.
    """

    file = models.ForeignKey(BankFile, models.CASCADE, related_name="parts")
    position = models.PositiveIntegerField()
    first_line = models.PositiveIntegerField()
    lines = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        verbose_name = _("part of a bank file")
        ordering = ["file", "position"]
        constraints = [models.UniqueConstraint(name="bank_file_part_once", fields=["file", "position"])]

    def __str__(self) -> str:
        return f"{self.file_id} {self.position}"


class BankFileLine(models.Model):
    """A line of a bank file that was brought in, and what became of it then. What became of its receipt later, the
    receipt says.

    - `matched`: its receipt settles a notice.
    - `unmatched`: its receipt stands on the list of unmatched ones, `problem` says why.
    - `on_record`: this very payment had a receipt already, from another file or the counter.
    - `returned`: the payment that it takes back went back.
    - `open`: a returned payment that could not be taken back, `problem` says why; waits for a reviewer.
    - `closed`: the reviewer saw to it, and `note` says how.

    `stated` is the notice's number as stated, of a return the bank reference of the payment that went back; `words`
    the payer's name or the reason of the return. `place` is the line in the file, counted from 1.
    """

    class Result(models.TextChoices):
        MATCHED = "matched", _("Settled its notice")
        UNMATCHED = "unmatched", _("On the unmatched list")
        ON_RECORD = "on_record", _("On record already")
        RETURNED = "returned", _("Taken back")
        OPEN = "open", _("Return to be looked at")
        CLOSED = "closed", _("Return looked at")

    file = models.ForeignKey(BankFile, models.PROTECT, related_name="rows", verbose_name=_("bank file"))
    place = models.PositiveIntegerField(_("line"))
    returned = models.BooleanField(_("returned payment"))
    reference = models.CharField(_("bank reference"), max_length=30)
    stated = models.CharField(_("notice number as stated"), max_length=30, blank=True)
    amount = yuan(_("amount"))
    day = models.DateField(_("value date"))
    words = models.CharField(_("payer"), max_length=60, blank=True)
    way = models.CharField(_("paid by"), max_length=2, blank=True)
    result = models.CharField(_("result"), max_length=10, choices=Result.choices)
    problem = models.CharField(_("why"), max_length=20, blank=True)
    receipt = models.ForeignKey(
        Receipt, models.PROTECT, null=True, blank=True, related_name="bank_lines", verbose_name=_("receipt")
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("line of a bank file")
        ordering = ["file", "place"]
        constraints = [
            models.UniqueConstraint(name="bank_line_once", fields=["file", "place"]),
            models.CheckConstraint(
                name="bank_line_has_receipt",
                condition=Q(result__in=["open", "closed"]) | Q(receipt__isnull=False),
            ),
            models.CheckConstraint(
                name="bank_line_result",
                condition=Q(returned=False, result__in=["matched", "unmatched", "on_record"])
                | Q(returned=True, result__in=["returned", "on_record", "open", "closed"]),
            ),
        ]
        indexes = [
            models.Index(fields=["file", "place"], condition=Q(result="open"), name="bank_line_open"),
            models.Index(fields=["reference"], condition=Q(returned=True), name="bank_line_returns"),
        ]

    def __str__(self) -> str:
        return f"{self.file_id} {self.place}"
