"""Terms in days and months as the scheme counts them."""

from calendar import monthrange
from datetime import date, timedelta


def add_months(day: date, months: int) -> date:
    """`day` + calendar months, clipped to the last day of a shorter month: 30 November + 3 is 28 or 29 February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add_years(day: date, years: int) -> date:
    """`day` + years, clipped to 28 February where the year has no 29th."""
    return add_months(day, 12 * years)


def next_day(day: date) -> date:
    return day + timedelta(days=1)


def day_before(day: date) -> date:
    return day - timedelta(days=1)


def first_of_next_month(day: date) -> date:
    return add_months(day.replace(day=1), 1)


def last_day_of_term(start: date, days: int) -> date:
    """The last day of a term of `days` days counted from `start`: it starts the day after and ends with its
    last day.
    """
    return start + timedelta(days=days)
