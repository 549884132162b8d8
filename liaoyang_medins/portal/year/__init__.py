"""The contribution year as a calendar of jobs: what is done on which day, and what was done.

The one place that knows the days: the nightly task starts by it what is due, and the agency's page shows it. See
docs/decisions/0063-the-years-jobs.md.
"""

from .calendar import Row, calendar_of, find, start_due, state_words
from .days import FIRST, contribution_year_of
from .jobs import JOBS, Job

__all__ = ["FIRST", "JOBS", "Job", "Row", "calendar_of", "contribution_year_of", "find", "start_due", "state_words"]
