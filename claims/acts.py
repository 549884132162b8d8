"""The words for what claims writes into the audit record."""

from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.audit.labels import VERBS

VERBS.update(
    {
        "stays.admit": _("Entered the admission"),
        "stays.change": _("Changed the admission"),
        "stays.cancel": _("Cancelled the admission"),
        "stays.add_lines": _("Added fee lines"),
        "stays.remove_lines": _("Removed fee lines"),
        "stays.discharge": _("Entered the discharge"),
        "stays.cancel_discharge": _("Cancelled the discharge"),
        "stays.settle": _("Settled the stay"),
        "stays.reverse": _("Reversed the settlement"),
        "reviews.open": _("Put the stay to the agency"),
        "reviews.reasons": _("Changed why the agency looks at the stay"),
        "reviews.again": _("The stay was changed: it is examined again"),
        "reviews.withdraw": _("Took the stay off the agency's queue"),
        "reviews.cut": _("Denied a part of a fee line"),
        "reviews.restore": _("Took back what was denied of a fee line"),
        "reviews.propose": _("Examined the stay"),
        "reviews.send_back": _("Sent the stay back to be examined again"),
        "reviews.release": _("Released the stay"),
        "reviews.deny": _("Left the paid settlement as it is"),
        "settlements.to_correct": _("Listed the settlement for a correction"),
        "settlements.right_again": _("Took the settlement off the list: it is right again"),
        "settlements.reversed": _("Took the settlement off the list: it was reversed"),
        "settlements.left": _("Left the settlement as it is"),
        "referrals.request": _("Asked for a referral"),
        "referrals.approve": _("Approved the referral"),
        "referrals.deny": _("Denied the referral"),
        "institutions.export": _("Took the account as a workbook"),
        "institutions.create": _("Entered the institution"),
        "institutions.change": _("Changed the institution"),
        "institutions.set_grade": _("Set the grade"),
        "institutions.add_designation": _("Designated the institution"),
        "institutions.change_agreement": _("Changed the agreement"),
        "institutions.end_designation": _("Ended the designation"),
        "institutions.add_specialty": _("Added a specialist disease"),
        "institutions.end_specialty": _("Ended a specialist disease"),
    }
)
