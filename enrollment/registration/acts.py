"""The words for what registration writes into the audit record."""

from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.audit.labels import VERBS

VERBS.update(
    {
        "registrations.register": _("Registered"),
        "registrations.check_materials": _("Checked the documents"),
        "registrations.accept": _("Accepted as complete"),
        "registrations.forward": _("Forwarded"),
        "registrations.approve": _("Approved"),
        "registrations.send_back": _("Sent back"),
        "registrations.refuse": _("Refused"),
        "registrations.withdraw": _("Withdrawn"),
        "registrations.record": _("Taken into the records"),
        "registrations.undo": _("Took one's own last act back"),
        "drafts.hand_over": _("Handed drafts over to a colleague"),
        "registrations.hand_over": _("Handed over to the community moved to"),
        "residents.create": _("Put on record"),
        "residents.change": _("Changed the person's details"),
        "circumstances.add": _("Put a circumstance on record"),
        "circumstances.end": _("Ended a circumstance"),
        "circumstances.void": _("Voided a circumstance"),
        "enrollments.end": _("Ended the enrollment"),
        "enrollments.reopen": _("Reopened the enrollment"),
    }
)
