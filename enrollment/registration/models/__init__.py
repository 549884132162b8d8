"""Residents, what is known of them and from when, their registrations and insured relationships."""

from .enrollments import Enrollment
from .people import CIRCUMSTANCE_VALUES, Circumstance, DayRange, Move, Resident
from .registrations import Handover, MaterialCheck, Registration, RegistrationDraft

__all__ = [
    "CIRCUMSTANCE_VALUES",
    "Circumstance",
    "DayRange",
    "Enrollment",
    "Handover",
    "MaterialCheck",
    "Move",
    "Registration",
    "RegistrationDraft",
    "Resident",
]
