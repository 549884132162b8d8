"""Every code that a refused call can have: the one table that problems, the schema and docs/hospital-api.md are made
from. A code never changes its meaning; new ones may come.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Code:
    """A code with its HTTP status, its title, and what the client does about it."""

    code: str
    status: int
    title: Promise
    action: Promise


_ASK_AGAIN = _("Read the record again and decide on what it says now.")
_CORRECT = _("Correct the call and send it again with a new message id.")
_PORTAL = _("Nothing that the software can do: somebody has to look at it together with the agency.")

_TABLE = (
    # The call itself
    ("malformed", 400, _("The body is no JSON"), _("Send a JSON object in UTF-8, each name once.")),
    ("schema", 400, _("The call does not fit the schema"), _("Correct the fields that `errors` names.")),
    (
        "key_missing",
        400,
        _("The message id is missing"),
        _("Send the header Idempotency-Key with every changing call."),
    ),
    (
        "key_malformed",
        400,
        _("The message id is malformed"),
        _("Use 1 to 64 letters, digits, dots, colons, hyphens or underscores."),
    ),
    (
        "unauthorized",
        401,
        _("No token that holds"),
        _("Ask for a token with the client's id and secret, and send it."),
    ),
    ("not_allowed", 403, _("This client may not do this"), _PORTAL),
    ("not_found", 404, _("There is no such address"), _("Look the address up in the documentation.")),
    (
        "method_not_allowed",
        405,
        _("This address does not take this method"),
        _("Look the method up in the documentation."),
    ),
    ("too_large", 413, _("The body is too large"), _("Send at most 1,000 fee lines in a call.")),
    ("media_type", 415, _("The body is not application/json"), _("Send the header Content-Type: application/json.")),
    (
        "rate_limited",
        429,
        _("Too many calls"),
        _("Wait for the seconds of Retry-After, then send the same call again."),
    ),
    ("internal", 500, _("The portal failed"), _("Send the same call again with the same message id.")),
    ("unavailable", 503, _("The portal cannot answer now"), _("Send the same call again with the same message id.")),
    # Messages
    (
        "key_reused",
        409,
        _("The message id belongs to another call"),
        _("Use each message id for one call; the same id repeats it, with the same address and body."),
    ),
    (
        "message_withdrawn",
        409,
        _("The message was withdrawn before it came"),
        _("Nothing was done. Send the call with a new message id if it is still wanted."),
    ),
    (
        "message_unknown",
        404,
        _("No message with this id was received"),
        _("Nothing was done: send the call, or withdraw the id first so that a late arrival does nothing."),
    ),
    (
        "not_undoable",
        409,
        _("What the message did is not undone by its id"),
        _("Use the call that undoes it: 2403, 2404, 2302 or 2405."),
    ),
    # People and cards
    (
        "person_unknown",
        422,
        _("Nobody is found"),
        _("Read the card again, or compare the ID number with the ID card."),
    ),
    ("id_number", 422, _("The ID number is mistyped"), _("Compare it with the ID card.")),
    ("merged", 409, _("The record was merged into another"), _("Look the person up again.")),
    ("card_unknown", 422, _("There is no such card"), _("Read the card again, or look the person up by ID number.")),
    ("card_suspended", 422, _("The card is suspended"), _("Keep it from being used; the person turns to the agency.")),
    ("card_lost", 422, _("The card was reported lost"), _("The person turns to the community or the agency.")),
    ("card_out_of_use", 422, _("The card is out of use"), _("Ask for the person's present card.")),
    (
        "card_of_another",
        422,
        _("The card is somebody else's"),
        _("Look the person up by the card that was presented."),
    ),
    (
        "not_entitled",
        422,
        _("The person is not entitled"),
        _("Nothing would be paid. Ask 2001 again when the person has paid or registered, then admit."),
    ),
    (
        "agreement_not_in_force",
        422,
        _("The institution's agreement is not in force on that day"),
        _("Send an emergency as one. Otherwise the person pays; ask the agency about the agreement."),
    ),
    # Stays
    ("stay_unknown", 404, _("There is no such stay at this institution"), _("Find the stay by its inpatient number.")),
    ("wrong_state", 409, _("The stay is not in the state for this"), _ASK_AGAIN),
    ("changed_meanwhile", 409, _("The stay was changed meanwhile"), _ASK_AGAIN),
    (
        "already_admitted",
        409,
        _("The person is in hospital already, here or elsewhere"),
        _("Discharge the person first; where it is elsewhere, that hospital has to."),
    ),
    (
        "inpatient_number_taken",
        409,
        _("The inpatient number is taken"),
        _("Use another, or find the stay that has it."),
    ),
    ("diagnosis_unknown", 422, _("The diagnosis is not in the list"), _("Use a code of ICD-10 as the list has it.")),
    ("referral_unknown", 422, _("No such referral leads this person here"), _("Compare number, person and days.")),
    ("before_the_law", 422, _("The measures did not hold on that day"), _PORTAL),
    ("no_grade", 422, _("The institution has no grade on that day"), _PORTAL),
    (
        "outpatient_claim",
        422,
        _("It is a claim for outpatient treatment, no stay"),
        _("It is neither changed nor opened again: it is withdrawn at the agency and entered anew."),
    ),
    ("has_lines", 422, _("The stay has fee lines"), _("Revoke them first (2302).")),
    ("examined", 422, _("The agency examined the stay: it alone cancels it"), _PORTAL),
    # Fee lines
    ("no_lines", 422, _("No line was given"), _CORRECT),
    ("too_many_lines", 422, _("More than 1,000 lines"), _("Send them in several calls.")),
    (
        "wrong_lines",
        422,
        _("Lines are wrong, none was added"),
        _("Correct the lines that `errors` names; send all again."),
    ),
    ("line_unknown", 422, _("There is no such line in the stay"), _("Read the stay's lines.")),
    (
        "lines_after_discharge",
        422,
        _("A fee line is dated after the discharge"),
        _("Revoke the line, or correct the day."),
    ),
    # Settlement
    ("no_fee_lines", 422, _("The stay has no fee lines"), _("Upload them first (2301).")),
    (
        "total_differs",
        422,
        _("The stated total is not the sum of the lines"),
        _("Compare the lines (5203); nothing was settled."),
    ),
    ("already_settled", 409, _("The stay is settled already"), _("Read its settlement (5205).")),
    (
        "held_for_review",
        422,
        _("The agency looks at the stay first"),
        _("Nothing: the agency settles it. Look for the settlement later (5204 with the stay's number)."),
    ),
    ("own_entry", 422, _("Somebody else has to decide"), _PORTAL),
    (
        "settlement_unknown",
        404,
        _("There is no such settlement at this institution"),
        _("Read the stay's settlements."),
    ),
    (
        "already_reversed",
        409,
        _("The settlement was reversed already"),
        _("Settle the stay again where it should be."),
    ),
    (
        "not_latest",
        422,
        _("Later settlements count on this one"),
        _("Reverse those of `reasons` first, in their order."),
    ),
    (
        "paid_out",
        422,
        _("The settlement was paid already"),
        _("Nothing: the agency was asked by this call, and decides whether it reverses it."),
    ),
    # Anything else that a rule says
    ("invalid", 422, _("Something stated cannot be right"), _CORRECT),
    ("refused", 422, _("A rule says no"), _CORRECT),
    ("conflict", 409, _("The record is in another state"), _ASK_AGAIN),
    ("error", 422, _("This cannot be done"), _CORRECT),
)
CODES: dict[str, Code] = {code: Code(code, status, title, action) for code, status, title, action in _TABLE}

# What a line can have, beside what is wrong with its form; `errors` names them by the line's place.
LINE_FAULTS: dict[str, Promise] = {
    "outside_stay": _("dated outside the stay"),
    "line_number_repeated": _("the line number is there already, in the call or in the stay"),
    "amount_differs": _("the amount is not quantity × unit price to the fen"),
    "out_of_range": _("the figure is not above zero, or too large"),
    "item_missing": _("the item code is missing"),
    "too_long": _("a code has more than 30 characters"),
    "too_many_decimals": _("quantity or price has more than four decimals"),
    "no_figure": _("not a figure"),
}
