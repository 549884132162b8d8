"""The words for what cards writes into the audit record."""

from django.utils.translation import gettext_lazy as _

from liaoyang_medins.kernel.audit.labels import VERBS

VERBS.update(
    {
        "cards.make": _("Made the card"),
        "cards.renew": _("Extended the certificate"),
        "cards.hand_over": _("Handed the card to the community"),
        "cards.send_on": _("Sent the card on to the present community"),
        "cards.hand_out": _("Handed the card out"),
        "cards.undo_hand_out": _("Took the handed-out mark back"),
        "cards.report_loss": _("The card was reported lost"),
        "cards.find": _("The lost card was found again"),
        "cards.replace": _("Replaced the card"),
        "cards.suspend": _("Suspended the card"),
        "cards.lift": _("Lifted the suspension of the card"),
        "cards.take_in": _("Took the card out of use"),
        "cards.discard": _("Took back what the run had made"),
    }
)
