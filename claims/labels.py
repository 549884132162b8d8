"""The words for the codes and steps of claims."""

from django.utils.translation import gettext_lazy as _

from enrollment.contributions.labels import article_text, choices, label, step_text
from enrollment.registration.labels import STEP_WORDS, WORDS
from liaoyang_medins.kernel.policy.terms import (
    CatalogueClass,
    Cause,
    Disease,
    Grade,
    LineProblem,
    NotPayable,
    OutpatientDisease,
    ReviewReason,
    TransferLowering,
)

__all__ = ["article_text", "choices", "label", "step_text"]

WORDS[Grade] = {
    Grade.COMMUNITY: _("Community health institution"),
    Grade.GRADE1: _("Grade 1 hospital"),
    Grade.GRADE2: _("Grade 2 hospital"),
    Grade.GRADE3: _("Grade 3 hospital"),
}
WORDS[Disease] = {
    Disease.MENTAL: _("Mental illness"),
    Disease.HEPATITIS_B: _("Hepatitis B"),
    Disease.PULMONARY_TUBERCULOSIS: _("Pulmonary tuberculosis"),
}
WORDS[OutpatientDisease] = {
    OutpatientDisease.MALIGNANT_TUMOUR: _("Radiotherapy or chemotherapy of a malignant tumour"),
    OutpatientDisease.DIALYSIS: _("Dialysis for chronic kidney failure"),
    OutpatientDisease.TRANSPLANT: _("Anti-rejection treatment after a transplant"),
    OutpatientDisease.APLASTIC_ANAEMIA: _("Aplastic anaemia"),
    OutpatientDisease.HAEMOPHILIA: _("Haemophilia"),
    OutpatientDisease.LUPUS: _("Systemic lupus erythematosus"),
    OutpatientDisease.CIRRHOSIS: _("Cirrhosis of the liver, decompensated"),
    OutpatientDisease.STROKE: _("After-effects of a stroke"),
    OutpatientDisease.HEART_DISEASE: _("Coronary or pulmonary heart disease"),
    OutpatientDisease.HYPERTENSION: _("High blood pressure with damage to organs"),
    OutpatientDisease.DIABETES: _("Diabetes with complications"),
    OutpatientDisease.MENTAL: _("Severe mental illness"),
}
WORDS[CatalogueClass] = {
    CatalogueClass.A: _("Class A"),
    CatalogueClass.B: _("Class B"),
    CatalogueClass.C: _("Class C"),
}
WORDS[Cause] = {
    Cause.ILLNESS: _("Illness"),
    Cause.ACCIDENT: _("Accident without a third party"),
    Cause.FIGHT: _("Fight"),
    Cause.SELF_HARM: _("Self-harm"),
    Cause.SUICIDE: _("Attempted suicide"),
    Cause.DRUGS: _("Drug abuse"),
    Cause.UNLAWFUL_ACT: _("Another unlawful act"),
    Cause.DRUNKENNESS: _("Drunkenness"),
    Cause.TRAFFIC_ACCIDENT: _("Traffic accident"),
    Cause.MEDICAL_ACCIDENT: _("Medical accident"),
}
WORDS[NotPayable] = {
    NotPayable.CARD_NOT_PRESENTED: _("Card not presented in time, or the admission form not signed."),
    NotPayable.EXCLUDED_CAUSE: _("Injury from a fight, self-harm, drugs, drunkenness or another unlawful act."),
    NotPayable.NO_BENEFIT: _("No benefit period covers any fee line."),
    NotPayable.NOT_DESIGNATED: _(
        "The institution is not designated, and it was neither an emergency nor an approved transfer out of the city."
    ),
    NotPayable.OUTPATIENT_POLICY_MISSING: _("Ratio and deductible of outpatient diseases have not been set yet."),
    NotPayable.THIRD_PARTY_ACCIDENT: _("Injury from a traffic or medical accident."),
    NotPayable.TRANSFER_NOT_APPROVED: _("A transfer is stated but was not approved."),
    NotPayable.TREATED_ABROAD: _("Treated abroad or in Hong Kong, Macao or Taiwan."),
}
WORDS[LineProblem] = {
    LineProblem.OUTSIDE_BENEFIT: _("Dated outside the benefit periods."),
    LineProblem.NOT_IN_CATALOGUE: _("Not in the catalogue on that day."),
    LineProblem.CLASS_C: _("Class C is borne by the person."),
    LineProblem.PERSONAL_SHARE: _("Personal share of class B."),
    LineProblem.OVER_PRICE_LIMIT: _("Above the price limit."),
    LineProblem.DENIED: _("Denied by the agency."),
}
WORDS[ReviewReason] = {
    ReviewReason.REVERSAL: _("Reversal of a paid settlement"),
    ReviewReason.OVERLAP: _("Overlaps another stay"),
    ReviewReason.INJURY: _("Injury without a cause"),
    ReviewReason.EMERGENCY_OUTSIDE: _("Emergency outside the designated institutions"),
    ReviewReason.TRANSFER: _("Transfer"),
    ReviewReason.UNUSUAL_COST: _("Cost far above the usual"),
    ReviewReason.LARGE_PAYMENT: _("Large payment"),
    ReviewReason.EXAMINED: _("Examined by the agency before"),
}
WORDS[TransferLowering] = {
    TransferLowering.OUT_OF_CITY: _("Institution out of the city"),
    TransferLowering.RECEIVING: _("Receiving institution"),
    TransferLowering.SENDING: _("Sending institution"),
}

STEP_WORDS.update(
    {
        "total": (_("Total cost"), _("sum of all fee lines")),
        "not_payable": (_("Nothing is payable"), "%(reason)s"),
        "out_of_scope": (_("Out of scope"), _("personal shares and what the catalogue does not cover")),
        "denied": (_("Of it denied"), _("what the agency denied of single fee lines")),
        "in_scope": (_("In-scope cost"), _("total cost less what is out of scope")),
        "deductible_stay": (_("Deductible that holds"), _("%(category)s, %(grade)s")),
        "deductible_emergency": (
            _("Deductible that holds"),
            _("emergency care outside the designated institutions"),
        ),
        "deductible_transfer": (_("Deductible that holds"), _("approved transfer out of the city")),
        "deductible_none": (_("No deductible"), _("%(disease)s in the specialist institution designated for it")),
        "deductible_outpatient": (_("Deductible that holds"), _("specified outpatient disease")),
        "deductible_halved": (_("Deductible in the first year"), _("divided by %(divisor)s")),
        "deductible": (_("Deductible borne"), _("at most the in-scope cost; every stay has its own")),
        "ratio": (_("Fund ratio"), _("%(grade)s: %(ratio)s")),
        "ratio_lowered": (
            _("Fund ratio after a transfer"),
            _("%(points)s percentage points less: %(ratio)s"),
        ),
        "ratio_outpatient": (_("Fund ratio"), _("specified outpatient disease: %(ratio)s")),
        "without_cap": (_("Payment without a cap"), _("%(above)s × %(ratio)s, rounded to the fen")),
        "cap_left": (_("Left of the cap"), _("cap %(cap)s less %(used)s used before")),
        "fund": (_("The fund pays"), _("at most what is left of the cap")),
        "copayment": (_("Co-payment"), _("the person's share of what lies above the deductible")),
        "over_cap": (_("Over the cap"), _("what the fund would pay without a cap, less what it pays")),
        "resident": (_("The resident pays"), _("total cost less what the fund pays")),
        "cap_left_after": (_("Left of the cap afterwards"), _("for further stays of the cap period")),
    }
)
