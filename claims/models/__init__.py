"""Institutions, the catalogue, stays with their fee lines, settlements and reversals."""

from .catalogue import CatalogueItem, Diagnosis
from .corrections import SettlementToCorrect
from .institutions import Designation, Institution, InstitutionGrade, Specialty
from .settlements import Reversal, Settlement
from .stays import FeeLine, Referral, Stay

__all__ = [
    "CatalogueItem",
    "Designation",
    "Diagnosis",
    "FeeLine",
    "Institution",
    "InstitutionGrade",
    "Referral",
    "Reversal",
    "Settlement",
    "SettlementToCorrect",
    "Specialty",
    "Stay",
]
