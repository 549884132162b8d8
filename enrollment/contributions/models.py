"""Contribution notices, receipts and the benefit periods that they buy."""

from decimal import Decimal

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from enrollment.registration.models import DayRange, Enrollment, Resident
from liaoyang_medins.kernel.offices.models import Office, User
from liaoyang_medins.kernel.papers.models import KeptPaper

ZERO = Decimal("0.00")


def yuan(label: str | Promise, **options: object) -> models.DecimalField:  # type: ignore[type-arg]
    """A column for an amount in yuan with two decimals."""
    return models.DecimalField(label, max_digits=14, decimal_places=2, **options)  # type: ignore[arg-type]


class ContributionNotice(models.Model):
    """What a resident is to pay for a contribution year (缴费通知书), and in which term (W5, W6).

    - `open`: payable from `pay_from` to `pay_until` (both included).
    - `paid`: settled by exactly one receipt of the whole amount.
    - `remade`: another notice took its place, since a fact changed or the year did.
    - `lapsed`: the term ended without payment.
    - `returned`: the bank took the payment back; unpaid from the start (C8).

    `personal` is the amount due, `government` the subsidy, shared into `city` and `district_share`. In 2008 a student
    pays for 2008 and 2009 at once (B5): the notice of 2009 is `joint_with` that of 2008 and settled by the same
    receipt. `months` is 12, or 3 or 4 in 2008. The district is the one that shares the subsidy: of the notice's day,
    then of the payment's. `facts` and `benefit_facts` are what the amounts and the cover were assessed from, on the
    day of the notice and then on that of the payment; `replaced_by` is the notice that took the place of one made
    anew.
    """

    class Status(models.TextChoices):
        OPEN = "open", _("To be paid")
        PAID = "paid", _("Paid")
        REMADE = "remade", _("Made anew")
        LAPSED = "lapsed", _("Lapsed")
        RETURNED = "returned", _("Payment returned")

    TRANSITIONS: dict[str, set[str]] = {
        Status.OPEN: {Status.PAID, Status.REMADE, Status.LAPSED},
        Status.PAID: {Status.RETURNED},
        # C6: a receipt dated inside the term that arrives after the close undoes the lapse, also where the notice was
        # made anew meanwhile.
        Status.LAPSED: {Status.PAID, Status.REMADE},
        # A returned one stays what it is: what is made anew is another notice, its `replaced_by`.
        Status.RETURNED: set(),
        Status.REMADE: {Status.PAID},
    }

    class Kind(models.TextChoices):
        FIRST = "first", _("First enrollment")
        LAPSED = "lapsed", _("Re-enrollment")
        RENEWAL = "renewal", _("Renewal")

    number = models.CharField(_("notice number"), max_length=20, unique=True)
    resident = models.ForeignKey(Resident, models.PROTECT, related_name="notices", verbose_name=_("resident"))
    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="notices", verbose_name=_("enrollment"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    contribution_year = models.PositiveSmallIntegerField(_("contribution year"))
    months = models.PositiveSmallIntegerField(_("months"), default=12)
    joint_with = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="joint", verbose_name=_("paid together with")
    )
    category = models.CharField(_("category"), max_length=16)
    tier = models.CharField(_("tier"), max_length=20)
    student = models.BooleanField(_("student"), default=False)
    personal = yuan(_("amount due"))
    government = yuan(_("government part"))
    city = yuan(_("city share"))
    district_share = yuan(_("district share"))
    district = models.ForeignKey(Office, models.PROTECT, related_name="notices", verbose_name=_("district"))
    year_no = models.PositiveSmallIntegerField(_("contribution year number"), default=1)
    eligible_since = models.DateField(_("eligible since"))
    issued_on = models.DateField(_("issued on"))
    pay_from = models.DateField(_("payable from"))
    pay_until = models.DateField(_("payable until"))
    paid_on = models.DateField(_("paid on"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.OPEN)
    facts = models.JSONField(default=dict)
    benefit_facts = models.JSONField(default=dict, blank=True)
    replaced_by = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="replaces", verbose_name=_("made anew as")
    )
    policy_version = models.PositiveIntegerField()
    policy_hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("contribution notice")
        ordering = ["-contribution_year", "-number"]
        constraints = [
            models.UniqueConstraint(
                name="notice_one_live_a_year",
                fields=["resident", "contribution_year"],
                condition=Q(status__in=["open", "paid", "lapsed"]),
            ),
            models.CheckConstraint(
                name="notice_amounts",
                condition=Q(personal__gt=0, government__gte=0, city__gte=0, district_share__gte=0),
            ),
            models.CheckConstraint(
                name="notice_shares_add_up", condition=Q(government=F("city") + F("district_share"))
            ),
            models.CheckConstraint(name="notice_term", condition=Q(pay_until__gte=F("pay_from"))),
            models.CheckConstraint(
                name="notice_paid_has_date",
                condition=Q(status__in=["paid", "returned"], paid_on__isnull=False)
                | (~Q(status__in=["paid", "returned"]) & Q(paid_on=None)),
            ),
            models.CheckConstraint(name="notice_months", condition=Q(months__in=[3, 4, 12])),
        ]
        indexes = [
            models.Index(fields=["contribution_year", "status", "paid_on"]),
            # Whom to remind first: in this order, so that the first few are found without the others.
            models.Index(fields=["status", "pay_until", "number"], name="notice_by_term"),
            # The order of the list.
            models.Index(fields=["-contribution_year", "-number"], name="notice_newest"),
        ]

    def __str__(self) -> str:
        return self.number


class Receipt(models.Model):
    """Money that came in (C6). A bank's line or payment at the counter, dated by the bank's value date `paid_on`.

    - `matched`: settles its notice, alone or together with the parts that an employer paid (C5).
    - `held`: an employer's part, held for its notice until the parts come to the amount due (C5).
    - `unmatched`: `problem` says why; waits for a clerk. Who looked at it and waits for an answer puts it on hold: the
      note says for what. It stays unmatched.
    - `returned`: the bank took it back (C8), or an unmatched or held one was paid back.

    `stated_notice` is the notice number as the payer or bank stated it. A bank reference is taken once. What came by
    the channel `employer` is a part; a reviewer may declare one that came through the bank. `released` counts how
    often it came off a notice that it had settled, since another part went back: each time the journal holds the money
    again.
    """

    class Status(models.TextChoices):
        MATCHED = "matched", _("Matched")
        HELD = "held", _("Held as a part")
        UNMATCHED = "unmatched", _("Unmatched")
        RETURNED = "returned", _("Returned")

    TRANSITIONS: dict[str, set[str]] = {
        Status.MATCHED: {Status.RETURNED, Status.UNMATCHED},
        Status.HELD: {Status.MATCHED, Status.UNMATCHED, Status.RETURNED},
        Status.UNMATCHED: {Status.MATCHED, Status.HELD, Status.RETURNED},
        Status.RETURNED: set(),
    }

    class Channel(models.TextChoices):
        BANK = "bank", _("Bank")
        COUNTER = "counter", _("Agency counter")
        SCHOOL = "school", _("School")
        EMPLOYER = "employer", _("Employer, a part of the amount")

    number = models.CharField(_("receipt number"), max_length=20, unique=True)
    notice = models.ForeignKey(
        ContributionNotice, models.PROTECT, null=True, blank=True, related_name="receipts", verbose_name=_("notice")
    )
    stated_notice = models.CharField(_("notice number as stated"), max_length=30)
    amount = yuan(_("amount"))
    paid_on = models.DateField(_("value date"))
    received_on = models.DateField(_("entered on"))
    channel = models.CharField(_("paid at"), max_length=10, choices=Channel.choices)
    bank_reference = models.CharField(_("bank reference"), max_length=40)
    payer = models.CharField(_("payer"), max_length=60, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices)
    problem = models.CharField(_("why it is unmatched"), max_length=20, blank=True)
    returned_on = models.DateField(_("returned on"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    on_hold_note = models.CharField(_("what it waits for"), max_length=200, blank=True)
    on_hold_since = models.DateField(_("on hold since"), null=True, blank=True)
    # Nobody asks for what somebody put on hold: an index would only cost whoever writes receipts by the thousand.
    on_hold_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("put on hold by"),
        db_index=False,
    )
    released = models.PositiveSmallIntegerField(default=0, db_default=0)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("receipt")
        ordering = ["-paid_on", "-number"]
        constraints = [
            models.CheckConstraint(name="receipt_amount", condition=Q(amount__gt=0)),
            models.UniqueConstraint(name="receipt_bank_reference", fields=["channel", "bank_reference"]),
            # Of several that settle a notice all but one are parts of an employer (C5).
            models.UniqueConstraint(
                name="receipt_one_a_notice", fields=["notice"], condition=Q(status="matched") & ~Q(channel="employer")
            ),
            models.CheckConstraint(
                name="receipt_matched_has_notice",
                condition=Q(status="matched", notice__isnull=False, problem="")
                | Q(status="held", notice__isnull=False, problem="", channel="employer")
                | Q(status="returned", returned_on__isnull=False)
                | (Q(status="unmatched") & ~Q(problem="")),
            ),
            models.CheckConstraint(
                name="receipt_on_hold",
                condition=Q(on_hold_note="", on_hold_since=None, on_hold_by=None)
                | (Q(status="unmatched", on_hold_since__isnull=False) & ~Q(on_hold_note="")),
            ),
        ]
        indexes = [
            models.Index(fields=["status", "received_on"]),
            # The order of the list (`selectors.unmatched_first`).
            models.Index(
                models.Case(models.When(status="unmatched", then=0), default=1),
                F("received_on").desc(),
                F("number").desc(),
                name="receipt_unmatched_first",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class BenefitPeriod(models.Model):
    """The days on which a paid notice gives benefits (B1 to B5), both included. Withdrawn where the payment was
    returned (C8).

    What ends early (death, moving away, another scheme: W9) has its last day moved. Live periods of a resident never
    overlap.
    """

    resident = models.ForeignKey(Resident, models.PROTECT, related_name="benefit_periods")
    notice = models.ForeignKey(ContributionNotice, models.PROTECT, related_name="benefit_periods")
    starts = models.DateField(_("from"))
    ends = models.DateField(_("until"))
    withdrawn_on = models.DateField(_("withdrawn on"), null=True, blank=True)

    class Meta:
        verbose_name = _("benefit period")
        ordering = ["resident", "starts"]
        constraints = [
            models.CheckConstraint(name="benefit_period_days", condition=Q(ends__gte=F("starts"))),
            models.UniqueConstraint(
                name="benefit_period_one_a_notice", fields=["notice"], condition=Q(withdrawn_on=None)
            ),
            ExclusionConstraint(
                name="benefit_period_no_overlap",
                expressions=[("resident", RangeOperators.EQUAL), (DayRange(), RangeOperators.OVERLAPS)],
                condition=Q(withdrawn_on=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts}–{self.ends}"


class BegunBenefit(models.Model):
    """The agency's record that the benefits of a period have begun (B1 to B5): made once, on the period's first day
    or, where it was bought later, when it was found.

    It decides nothing: a day is covered by its period. It says that the beginning was looked at and counted.
    """

    period = models.OneToOneField(BenefitPeriod, models.PROTECT, related_name="begun")
    begun_on = models.DateField(_("recorded on"))

    class Meta:
        verbose_name = _("begun benefits")

    def __str__(self) -> str:
        return f"{self.period_id} {self.begun_on}"


class WindowLetter(models.Model):
    """A letter about a contribution year, to whom a window's notice went or would have gone: once a year each.

    - `reminder`: the notice is not paid yet and its term ends soon. It says what is to be paid on the day on which it
      is printed; where `notice` was made anew, that of the one in its place.
    - `no_notice`: no notice is made, for the `reasons` (E1 to E6, E9); its `paper` is kept as it was said.
    """

    class Kind(models.TextChoices):
        REMINDER = "reminder", _("Reminder")
        NO_NOTICE = "no_notice", _("Why there is no notice")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="letters", verbose_name=_("enrollment"))
    contribution_year = models.PositiveSmallIntegerField(_("contribution year"))
    notice = models.ForeignKey(ContributionNotice, models.PROTECT, null=True, related_name="letters")
    paper = models.OneToOneField(KeptPaper, models.PROTECT, null=True, related_name="+")
    reasons = models.JSONField(_("reasons"), default=list)
    written_on = models.DateField(_("written on"))

    class Meta:
        verbose_name = _("letter of the window")
        ordering = ["-contribution_year", "-id"]
        constraints = [
            models.UniqueConstraint(name="letter_once_a_year", fields=["enrollment", "contribution_year", "kind"]),
            models.CheckConstraint(
                name="letter_is_of_its_kind",
                condition=Q(kind="reminder", notice__isnull=False, paper=None)
                | Q(kind="no_notice", notice=None, paper__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["contribution_year", "kind", "id"], name="letters_of_year")]

    def __str__(self) -> str:
        return f"{self.kind} {self.enrollment_id} {self.contribution_year}"
