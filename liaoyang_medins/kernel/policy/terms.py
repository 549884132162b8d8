"""The codes of the scheme. Their words, in both languages, stand in the apps' `labels.py`."""

from enum import StrEnum


class Sex(StrEnum):
    M = "M"
    F = "F"


class Category(StrEnum):
    """Art. 6: who may take part."""

    MINOR = "minor"
    WORKING_AGE = "working_age"
    ELDERLY = "elderly"


class Tier(StrEnum):
    """Art. 8: the columns of the contribution table. The order settles which is named where two cost the same."""

    ORDINARY = "ordinary"
    LOW_INCOME = "low_income"
    LOW_INCOME_EDGE = "low_income_edge"
    SEVERELY_DISABLED = "severely_disabled"


class StudentKind(StrEnum):
    """SCHOOL is full-time primary, secondary or secondary vocational."""

    NONE = "none"
    SCHOOL = "school"
    UNIVERSITY = "university"


class LowIncome(StrEnum):
    NONE = "none"
    LOW_INCOME = "low_income"
    LOW_INCOME_EDGE = "low_income_edge"


class Pension(StrEnum):
    NONE = "none"
    HERE = "here"
    ELSEWHERE = "elsewhere"


class OtherScheme(StrEnum):
    NONE = "none"
    EMPLOYEE = "employee"
    RURAL = "rural"


class MovedFrom(StrEnum):
    """Where the hukou came from: OUTSIDE Liaoyang municipality, or one of its counties."""

    NONE = ""
    COUNTY = "county"
    OUTSIDE = "outside"


class Ineligible(StrEnum):
    """Why somebody may not take part (E1–E9)."""

    BARRED = "barred"
    NO_LOCAL_HUKOU = "no_local_hukou"
    OTHER_SCHEME = "other_scheme"
    PENSION = "pension"
    UNIVERSITY_STUDENT = "university_student"
    WORKING_AGE_WITHOUT_STATUS = "working_age_without_status"


class Material(StrEnum):
    """What has to be brought to a registration (W1)."""

    HUKOU_BOOKLET = "hukou_booklet"
    ID_CARD = "id_card"
    PHOTOS = "photos"
    LOW_INCOME_CERTIFICATE = "low_income_certificate"
    LOW_INCOME_EDGE_CERTIFICATE = "low_income_edge_certificate"
    DISABILITY_CERTIFICATE = "disability_certificate"
    AGENT_IDENTITY = "agent_identity"


class EnrollmentKind(StrEnum):
    """LAPSED is every re-enrollment after a lapse or a bar; RENEWAL is paid in the yearly window."""

    FIRST = "first"
    LAPSED = "lapsed"
    RENEWAL = "renewal"


class ReceiptProblem(StrEnum):
    """Why a payment does not settle its notice (C6)."""

    UNKNOWN_NOTICE = "unknown_notice"
    PAID_TWICE = "paid_twice"
    AFTER_END = "after_end"
    OUTSIDE_TERM = "outside_term"
    SHORT = "short"
    OVER = "over"
    # C5: parts that an employer paid, whose notice was not paid in full, or is not any more.
    INCOMPLETE = "incomplete"
    PART_RETURNED = "part_returned"
    # Another receipt has its bank reference and says another notice, amount or day.
    SAME_REFERENCE = "same_reference"


class Grade(StrEnum):
    """Art. 20, 22: the grades of institutions."""

    COMMUNITY = "community"
    GRADE1 = "grade1"
    GRADE2 = "grade2"
    GRADE3 = "grade3"


class Disease(StrEnum):
    """Art. 21: diseases without a deductible in the specialist institution."""

    MENTAL = "mental"
    HEPATITIS_B = "hepatitis_b"
    PULMONARY_TUBERCULOSIS = "pulmonary_tuberculosis"


class OutpatientDisease(StrEnum):
    """Art. 25: diseases for whose outpatient treatment an approval can be asked (A5)."""

    MALIGNANT_TUMOUR = "malignant_tumour"
    DIALYSIS = "dialysis"
    TRANSPLANT = "transplant"
    APLASTIC_ANAEMIA = "aplastic_anaemia"
    HAEMOPHILIA = "haemophilia"
    LUPUS = "lupus"
    CIRRHOSIS = "cirrhosis"
    STROKE = "stroke"
    HEART_DISEASE = "heart_disease"
    HYPERTENSION = "hypertension"
    DIABETES = "diabetes"
    MENTAL = "mental"


class CatalogueClass(StrEnum):
    A = "A"
    B = "B"
    C = "C"


class LineProblem(StrEnum):
    """Why a fee line, or a part of it, is out of scope (A1)."""

    OUTSIDE_BENEFIT = "outside_benefit"
    NOT_IN_CATALOGUE = "not_in_catalogue"
    CLASS_C = "class_c"
    PERSONAL_SHARE = "personal_share"
    OVER_PRICE_LIMIT = "over_price_limit"
    DENIED = "denied"


class Cause(StrEnum):
    """What brought the person to the institution. ACCIDENT is one without a third party, such as a fall."""

    ILLNESS = "illness"
    ACCIDENT = "accident"
    FIGHT = "fight"
    SELF_HARM = "self_harm"
    SUICIDE = "suicide"
    DRUGS = "drugs"
    UNLAWFUL_ACT = "unlawful_act"
    DRUNKENNESS = "drunkenness"
    TRAFFIC_ACCIDENT = "traffic_accident"
    MEDICAL_ACCIDENT = "medical_accident"


class NotPayable(StrEnum):
    """Why the fund pays nothing (A3, A5)."""

    CARD_NOT_PRESENTED = "card_not_presented"
    EXCLUDED_CAUSE = "excluded_cause"
    NO_BENEFIT = "no_benefit"
    NOT_DESIGNATED = "not_designated"
    OUTPATIENT_POLICY_MISSING = "outpatient_policy_missing"
    THIRD_PARTY_ACCIDENT = "third_party_accident"
    TRANSFER_NOT_APPROVED = "transfer_not_approved"
    TREATED_ABROAD = "treated_abroad"


class ReviewReason(StrEnum):
    """Why somebody at the agency looks at a stay before it is settled, or reversed (A3, A4, A8). The order settles
    which is named first.
    """

    REVERSAL = "reversal"
    OVERLAP = "overlap"
    INJURY = "injury"
    EMERGENCY_OUTSIDE = "emergency_outside"
    TRANSFER = "transfer"
    UNUSUAL_COST = "unusual_cost"
    LARGE_PAYMENT = "large_payment"
    EXAMINED = "examined"


class TransferLowering(StrEnum):
    """D6: at which institution an approved transfer lowers the ratio."""

    OUT_OF_CITY = "out_of_city"
    RECEIVING = "receiving"
    SENDING = "sending"
