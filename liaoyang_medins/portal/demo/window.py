"""The window of the demo, by the jobs of the year: the notices that are missing, reminders, and letters with the
reason where somebody may not take part any more.
"""

import datetime
from collections.abc import Mapping

from enrollment.contributions import rules
from enrollment.contributions.services import open_window, remind
from enrollment.registration.selectors import policy_on
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.runs import services as runs


class Window:
    """Lets the agency's clerk go through the jobs of a window that is open."""

    def __init__(self, as_of: datetime.date, actors: Mapping[str, Actor]) -> None:
        self.as_of = as_of
        self.by = actors["clerk"]

    def work(self) -> None:
        year = self.as_of.year + 1
        opens, closes = rules.payment_window(year, policy_on(self.as_of))
        if not opens <= self.as_of <= closes:
            return
        with clock.on_day(self.as_of):
            for job in (open_window, remind):
                run = job(contribution_year=year, by=self.by, calls=False)
                runs.work_off(number=run.number)
