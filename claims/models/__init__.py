"""Institutions, the catalogue, stays with their fee lines, settlements and reversals."""

from .catalogue import CatalogueItem, Diagnosis
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
    "Specialty",
    "Stay",
]
