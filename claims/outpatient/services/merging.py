"""What approvals have to say when two records of a person are made one: those of one disease never overlap (A5)."""

from django.utils.translation import gettext as _

from enrollment.life.parts import PARTS, Part
from enrollment.registration.models import Resident

from ..models import OutpatientApproval
from ..selectors import HOLDING, overlapping_approvals


def conflicts(survivor: Resident, duplicate: Resident) -> list[str]:
    """What stands against it: approvals of both records for one disease that share days."""
    mine = OutpatientApproval.objects.filter(resident=survivor, status__in=HOLDING).order_by("number")
    return [
        _("Approvals of one disease share days: %(mine)s and %(theirs)s. Deny or end one of them first.")
        % {"mine": row.number, "theirs": other.number}
        for row in mine
        for other in overlapping_approvals(duplicate.pk, row.disease, row.starts, row.ends)
    ]


PARTS["outpatient"] = Part(conflicts=conflicts)
