"""What can be wrong with a policy or with a date asked of it."""

from datetime import date


class PolicyError(ValueError):
    """A policy file is wrong, or there is no policy for what was asked; the message names file and line where there
    are some.
    """


class BeforeTheLaw(PolicyError):
    """A date before the area's first policy took effect: nothing can be answered for it, zero least of all."""

    def __init__(self, area: str, day: date, first_day: date) -> None:
        super().__init__(
            f"{day} lies before the law: the measures of {area} took effect on {first_day}, nothing is decided before."
        )
        self.area, self.day, self.first_day = area, day, first_day
