"""What every list of payments that the bank carries out has in common, to whomever it pays (F1)."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from enrollment.contributions.models import yuan
from liaoyang_medins.kernel.offices.models import User


class TransferList(models.Model):
    """A list of payments that the bank carries out; `bank_reference` and `paid_on` are what it says of it, once it
    has.
    """

    number = models.CharField(_("list number"), max_length=20, unique=True)
    submission = models.UUIDField(unique=True, editable=False)
    made_on = models.DateField(_("made on"))
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("made by"))
    paid_on = models.DateField(_("value date"), null=True, blank=True)
    bank_reference = models.CharField(_("bank reference"), max_length=40, unique=True, null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.number


class TransferStatus(models.TextChoices):
    """- `listed`: the bank is to pay it; - `paid` on `paid_on`, which the journal books;
    - `returned`: it came back on `returned_on`, or never left (`paid_on` is empty then). Final.
    """

    LISTED = "listed", _("With the bank")
    PAID = "paid", _("Paid out")
    RETURNED = "returned", _("Returned by the bank")


class Transfer(models.Model):
    """A payment on a list, in yuan; its states are those of TransferStatus."""

    Status: ClassVar[type[TransferStatus]] = TransferStatus

    TRANSITIONS: ClassVar[dict[str, set[str]]] = {
        TransferStatus.LISTED: {TransferStatus.PAID, TransferStatus.RETURNED},
        TransferStatus.PAID: {TransferStatus.RETURNED},
        TransferStatus.RETURNED: set(),
    }

    number = models.CharField(_("payment number"), max_length=20, unique=True)
    amount = yuan(_("amount"))
    status = models.CharField(
        _("status"), max_length=10, choices=TransferStatus.choices, default=TransferStatus.LISTED
    )
    paid_on = models.DateField(_("value date"), null=True, blank=True)
    returned_on = models.DateField(_("came back on"), null=True, blank=True)
    return_reason = models.CharField(_("why it came back"), max_length=200, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.number


def list_constraints(name: str) -> list[models.BaseConstraint]:
    """A list that was carried out says when, and has the bank's reference."""
    return [
        models.CheckConstraint(
            name=f"{name}_paid",
            condition=Q(paid_on=None, bank_reference=None)
            | (Q(paid_on__isnull=False, bank_reference__isnull=False) & ~Q(bank_reference="")),
        ),
    ]


def transfer_constraints(name: str) -> list[models.BaseConstraint]:
    """A payment is of something, its days fit its state and are in order."""
    return [
        models.CheckConstraint(name=f"{name}_amount", condition=Q(amount__gt=0)),
        models.CheckConstraint(
            name=f"{name}_days",
            condition=Q(status="listed", paid_on=None, returned_on=None, return_reason="")
            | Q(status="paid", paid_on__isnull=False, returned_on=None, return_reason="")
            | (Q(status="returned", returned_on__isnull=False) & ~Q(return_reason="")),
        ),
        models.CheckConstraint(
            name=f"{name}_returned_later",
            condition=Q(paid_on=None) | Q(returned_on=None) | Q(returned_on__gte=F("paid_on")),
        ),
    ]
