"""What stays usually cost at each institution: counted at night, so that a settlement asks one row."""

import datetime

from django.db import connection, transaction

from claims.models import UsualCost
from liaoyang_medins.kernel.days import add_years

# The two in the middle, or the same one twice: exact, where percentile_cont goes by way of floating point.
MEDIANS = """
INSERT INTO claims_usualcost (institution_id, median, settlements, counted_on)
SELECT stay.institution_id,
    round((percentile_disc(0.5) WITHIN GROUP (ORDER BY settlement.total)
        + percentile_disc(0.5) WITHIN GROUP (ORDER BY settlement.total DESC)) / 2, 2),
    count(*), %s
FROM claims_settlement settlement JOIN claims_stay stay ON stay.id = settlement.stay_id
WHERE settlement.live AND settlement.settled_on > %s AND settlement.settled_on <= %s
    AND NOT stay.outpatient AND NOT stay.self_paid
GROUP BY stay.institution_id
"""


@transaction.atomic
def count_usual(on: datetime.date) -> int:
    """Count the median of the total cost, in yuan, of each institution's live settlements of the twelve months up to
    `on`, in the place of what was counted before. Returns of how many institutions.
    """
    # Who counts at the same time waits.
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE claims_usualcost IN SHARE ROW EXCLUSIVE MODE")
        UsualCost.objects.all().delete()
        cursor.execute(MEDIANS, [on, add_years(on, -1), on])
        return int(cursor.rowcount)
