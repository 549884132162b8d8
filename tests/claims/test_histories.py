"""Random histories of settling and reversing (R14, A4): whatever the order, the cap holds and every fen can be
explained.
"""

import random
from decimal import Decimal

import pytest
from django.db.models import Sum

from claims import services
from claims.models import Reversal, Settlement, Stay
from claims.services.settlement import differences
from liaoyang_medins.kernel.errors import DomainError
from tests.claims import makers
from tests.claims.test_settlement import amounts

pytestmark = pytest.mark.django_db

DAYS = ("2009-02-03", "2009-05-03", "2009-08-28", "2009-11-03", "2010-01-30", "2010-04-03")


def history(seed: int) -> None:
    chance = random.Random(seed)
    by = makers.hospital()
    student = chance.random() < 0.5
    person = makers.insured(years=(2009, 2010), student=student)
    stays = []
    for day in chance.sample(DAYS, len(DAYS)):
        amount = f"{chance.randrange(200, 60000)}.{chance.randrange(100):02d}"
        until = f"{day[:8]}{min(int(day[8:]) + 3, 28):02d}" if day != "2009-08-28" else "2009-09-02"
        until = "2010-02-02" if day == "2010-01-30" else until
        stays.append(makers.discharged(person, by, (amount,), on=day, until=until))
    told = set()
    for _ in range(25):
        try:
            if chance.random() < 0.6:
                services.settle_stay(stay_number=chance.choice(stays).number, by=by)
            else:
                found = list(Settlement.objects.filter(resident=person).order_by("sequence"))
                if found:
                    settlement = chance.choice(found)
                    services.reverse_settlement(number=settlement.number, reason="x", by=by)
            told.add("done")
        except DomainError as error:
            told.add(error.code)
    assert told <= {"done", "already_settled", "already_reversed", "not_latest"}
    check(person)


def check(person) -> None:
    """What holds after every history."""
    everything = Settlement.objects.filter(resident=person)
    live = everything.filter(live=True).order_by("sequence")
    assert live.count() == Stay.objects.filter(resident=person, status="settled").count()
    assert everything.filter(live=False).count() == Reversal.objects.filter(settlement__resident=person).count()
    for settlement in everything:
        assert differences(settlement) == {}
    for settlement in live:
        same = live.filter(settled_on__gte=settlement.cap_from, settled_on__lte=settlement.cap_until)
        paid = same.aggregate(sum=Sum("fund"))["sum"]
        assert paid <= settlement.cap
        before = same.filter(sequence__lt=settlement.sequence).aggregate(sum=Sum("fund"))["sum"] or Decimal(0)
        assert settlement.cap_used == before
        # Undone and done again, the latest of a period is what it was.
        if not same.filter(sequence__gt=settlement.sequence).exists():
            services.reverse_settlement(number=settlement.number, reason="x", by=makers.hospital())
            again = services.settle_stay(stay_number=settlement.stay.number, by=makers.hospital())
            assert amounts(again) == amounts(settlement)
            break


def test_random_histories_keep_the_cap_and_every_settlement_recomputes(size):
    for seed in range(size(6, 1_000)):
        history(seed)
