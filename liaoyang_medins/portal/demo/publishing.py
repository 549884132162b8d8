"""The figures of supervision, and those of the years that are over for the public."""

import datetime

from funds.published.services import prepare_publication, publish
from funds.supervision.services import refresh
from liaoyang_medins.kernel import clock
from liaoyang_medins.kernel.errors import Refused
from liaoyang_medins.kernel.offices.actors import Actor

from .history import LAW


def publish_past(as_of: datetime.date, *, clerk: Actor, reviewer: Actor) -> None:
    """Count everything on the demo's day, and publish the years before it; not one in which fewer than 5 persons paid,
    as in a very small city, and not one whose last month is open.
    """
    with clock.on_day(as_of):
        refresh(whole=True, by=Actor.job("demo city"))
        for year in range(LAW.year, as_of.year):
            try:
                made = prepare_publication(year=year, by=clerk)
            except Refused:
                continue
            publish(number=made.number, version=made.version, by=reviewer)
