"""Institutions, the catalogue, stays with their fee lines, reviews, settlements and reversals."""

from .catalogue import CatalogueItem, Diagnosis
from .corrections import SettlementToCorrect
from .institutions import Designation, Institution, InstitutionGrade, Specialty
from .reviews import FeeLineCut, Review, UsualCost
from .settlements import Reversal, Settlement
from .stays import FeeLine, Referral, Stay

__all__ = [
    "CatalogueItem",
    "Designation",
    "Diagnosis",
    "FeeLine",
    "FeeLineCut",
    "Institution",
    "InstitutionGrade",
    "Referral",
    "Reversal",
    "Review",
    "Settlement",
    "SettlementToCorrect",
    "Specialty",
    "Stay",
    "UsualCost",
]
