"""Statements that are made once and then only run: of what every act at a counter asks and writes.

Django makes the SQL of a queryset anew each time, and PostgreSQL plans it anew: together more than half of what a verb
cost. A `Statement` keeps both: Django's SQL in this process, PostgreSQL's plan in the connection (PREPARE). The
queryset stays the place where it is said what is asked. A `batch` lets the same verbs work for many at once.
"""

from .batches import Batch, batch
from .reading import OneOf, Statement
from .stencils import Stencil, next_number
from .writing import blank, insert, insert_all, insert_numbered, relate, update

__all__ = [
    "Batch",
    "OneOf",
    "Statement",
    "Stencil",
    "batch",
    "blank",
    "insert",
    "insert_all",
    "insert_numbered",
    "next_number",
    "relate",
    "update",
]
