"""The tests of reimbursement live in the spring of 2010, as those of claims."""

from tests.claims.conftest import business_date

__all__ = ["business_date"]
