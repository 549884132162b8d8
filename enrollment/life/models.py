"""What befell residents after they were put on record: changes, corrections, transfers, two records made one."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from enrollment.registration.models import Resident
from liaoyang_medins.kernel.offices.models import Office, User


class LifeChange(models.Model):
    """One form that changed what is known of a resident (W9, E1, Art. 13): sent twice, it changes once.

    `happened_on` is the day from which it holds, `made_on` the day on which it became known here. What it wrote are
    circumstances, moves and corrections; what follows from it is always asked anew.
    """

    class What(models.TextChoices):
        DIED = "died", _("The person died")
        MOVED_AWAY = "moved_away", _("Moved the hukou out of the city-pooled area")
        MOVED_IN = "moved_in", _("Moved the hukou into the city-pooled area")
        MOVED = "moved", _("Moved to another community of the city")
        SCHEME_JOINED = "scheme_joined", _("Joined another insurance scheme")
        SCHEME_LEFT = "scheme_left", _("The cover by another scheme ended")
        LOW_INCOME = "low_income", _("Got a low-income or low-income-edge certificate")
        LOW_INCOME_ENDED = "low_income_ended", _("The low-income or edge certificate expired or was withdrawn")
        DISABILITY = "disability", _("Got a disability certificate")
        DISABILITY_ENDED = "disability_ended", _("The disability certificate expired or was withdrawn")
        SCHOOL = "school", _("Entered a school or university")
        SCHOOL_LEFT = "school_left", _("Left the school or university")
        WORK = "work", _("Began to work")
        WORK_ENDED = "work_ended", _("Stopped working")
        PENSION = "pension", _("Receives a pension")
        PENSION_ENDED = "pension_ended", _("Receives no pension any more")
        ADDED = "added", _("A circumstance was put on record")
        ENDED = "ended", _("A circumstance ended")
        VOIDED = "voided", _("A circumstance was never true")
        CORRECTED = "corrected", _("Wrong data was corrected")
        DETAILS = "details", _("Address, telephone or community was changed")
        TRANSFERRED = "transferred", _("Another community took over the record")
        MERGED = "merged", _("Another record of the person was merged into this one")

    submission = models.UUIDField(unique=True, editable=False)
    resident = models.ForeignKey(Resident, models.PROTECT, related_name="changes", verbose_name=_("resident"))
    what = models.CharField(_("what happened"), max_length=20, choices=What.choices)
    happened_on = models.DateField(_("from"), null=True, blank=True)
    made_on = models.DateField(_("entered on"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("entered by"))

    class Meta:
        verbose_name = _("change in life")
        ordering = ["-made_on", "-id"]

    def __str__(self) -> str:
        return f"{self.what} {self.happened_on or ''}"


class PersonCorrection(models.Model):
    """A wrong detail of a person that was put right: the value before is kept, since decisions went by it.

    The audit record keeps no personal detail, so the values stand here. Of `sex` and `birth_date` they are codes and
    ISO days; an empty `before` means that nothing was on record.
    """

    class Field(models.TextChoices):
        NAME = "name", _("Name")
        BIRTH_DATE = "birth_date", _("Date of birth")
        SEX = "sex", _("Sex")
        ID_NUMBER = "id_number", _("ID number")
        HUKOU = "hukou", _("First day of the hukou here")

    resident = models.ForeignKey(Resident, models.PROTECT, related_name="corrections", verbose_name=_("resident"))
    field = models.CharField(_("what"), max_length=12, choices=Field.choices)
    before = models.CharField(_("before"), max_length=60, blank=True)
    after = models.CharField(_("after"), max_length=60)
    reason = models.CharField(_("reason"), max_length=200)
    corrected_on = models.DateField(_("corrected on"))
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("corrected by"))

    class Meta:
        verbose_name = _("correction")
        ordering = ["-corrected_on", "-id"]
        constraints = [
            models.CheckConstraint(name="correction_changes", condition=~Q(before=F("after"))),
            models.CheckConstraint(name="correction_has_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.resident_id} {self.field}"


class Transfer(models.Model):
    """A community asks for the record of somebody who is registered in another one and lives here now.

    - `requested`: the other community, or the agency, answers.
    - `approved`: the resident lives in `to_community` from `moved_on` on. Final.
    - `denied`: with the reason. Final.
    - `withdrawn`: by who asked. Final.
    """

    class Status(models.TextChoices):
        REQUESTED = "requested", _("Requested")
        APPROVED = "approved", _("Approved")
        DENIED = "denied", _("Denied")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    TRANSITIONS: dict[str, set[str]] = {
        Status.REQUESTED: {Status.APPROVED, Status.DENIED, Status.WITHDRAWN},
        Status.APPROVED: set(),
        Status.DENIED: set(),
        Status.WITHDRAWN: set(),
    }

    resident = models.ForeignKey(Resident, models.PROTECT, related_name="transfers", verbose_name=_("resident"))
    from_community = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name=_("registered in"))
    to_community = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    moved_on = models.DateField(_("moved on"))
    address = models.CharField(_("address"), max_length=200, blank=True)
    reason = models.CharField(_("what the person showed"), max_length=200)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.REQUESTED)
    asked_on = models.DateField(_("asked on"))
    answered_on = models.DateField(_("answered on"), null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=200, blank=True)
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("asked by"))
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("answered by"))
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("transfer")
        ordering = ["-asked_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                name="transfer_one_open_a_resident", fields=["resident"], condition=Q(status="requested")
            ),
            models.CheckConstraint(name="transfer_goes_elsewhere", condition=~Q(from_community=F("to_community"))),
            models.CheckConstraint(
                name="transfer_answered_has_date",
                condition=Q(status="requested", answered_on=None)
                | (~Q(status="requested") & Q(answered_on__isnull=False)),
            ),
            models.CheckConstraint(name="transfer_denied_has_reason", condition=~Q(status="denied") | ~Q(answer="")),
            models.CheckConstraint(
                name="transfer_asker_does_not_answer",
                condition=Q(status__in=["requested", "withdrawn"])
                | Q(asked_by=None)
                | Q(answered_by=None)
                | ~Q(asked_by=F("answered_by")),
            ),
        ]
        indexes = [models.Index(fields=["status", "asked_on"])]

    def __str__(self) -> str:
        return f"{self.resident_id}: {self.from_community_id} → {self.to_community_id}"


class Merge(models.Model):
    """Two records of one person are made one: what hangs on `duplicate` goes to `survivor`, the duplicate's number
    leads there from then on.

    - `proposed`: by a clerk of the agency; a reviewer decides.
    - `done`: reversible only by hand, with what the audit record and this row say.
    - `rejected`: with the reason. Final.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        DONE = "done", _("Merged")
        REJECTED = "rejected", _("Rejected")

    TRANSITIONS: dict[str, set[str]] = {
        Status.PROPOSED: {Status.DONE, Status.REJECTED},
        Status.DONE: set(),
        Status.REJECTED: set(),
    }

    survivor = models.ForeignKey(Resident, models.PROTECT, related_name="merges", verbose_name=_("record that stays"))
    duplicate = models.ForeignKey(
        Resident, models.PROTECT, related_name="merges_away", verbose_name=_("record that is merged into it")
    )
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.PROPOSED)
    reason = models.CharField(_("why they are one person"), max_length=200)
    proposed_on = models.DateField(_("proposed on"))
    proposed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("proposed by"))
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by"))
    decision = models.CharField(_("reason of the decision"), max_length=200, blank=True)
    # What moved: table → keys. With it the merging can be undone by hand.
    moved = models.JSONField(_("what moved"), default=dict, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("merging of two records")
        ordering = ["-proposed_on", "-id"]
        constraints = [
            models.CheckConstraint(name="merge_of_two", condition=~Q(survivor=F("duplicate"))),
            models.UniqueConstraint(
                name="merge_one_open_a_duplicate", fields=["duplicate"], condition=Q(status="proposed")
            ),
            models.UniqueConstraint(name="merge_once", fields=["duplicate"], condition=Q(status="done")),
            models.CheckConstraint(
                name="merge_decided_has_date",
                condition=Q(status="proposed", decided_on=None)
                | (~Q(status="proposed") & Q(decided_on__isnull=False)),
            ),
            models.CheckConstraint(
                name="merge_maker_is_not_checker",
                condition=Q(proposed_by=None) | Q(decided_by=None) | ~Q(proposed_by=F("decided_by")),
            ),
        ]
        indexes = [models.Index(fields=["status", "proposed_on"])]

    def __str__(self) -> str:
        return f"{self.duplicate_id} → {self.survivor_id}"
