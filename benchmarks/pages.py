"""Pages of a large city against those of a small one, as the test client gets them."""

import itertools
import random
from collections.abc import Callable

from django.db.models import Max
from django.test import Client
from django.urls import reverse

from enrollment.cards.models import InsuranceCard
from enrollment.registration.models import Resident
from funds.chart import Chart
from liaoyang_medins.kernel.offices.models import Office, User

from .databases import use
from .measuring import compared, statements_of

# The slowest of so many searches counts, a quarter of each kind.
SEARCHES = 100
SURNAMES = "王李张刘陈杨赵黄周吴"


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


def found(answer: object, what: str) -> None:
    status = getattr(answer, "status_code", 0)
    if status != 200:
        raise RuntimeError(f"{what} answered {status}.")


def look_at(username: str, address: Callable[[], str]) -> Callable[[int], Callable[[], None]]:
    """A look at a page of the database in use, signed in, as a browser asks for it."""

    def prepare(_seed: int) -> Callable[[], None]:
        client, at = signed_in(username), address()
        return lambda: found(client.get(at), at)

    return prepare


def a_residents_page() -> str:
    covered = Resident.objects.filter(benefit_periods__withdrawn_on=None).order_by("-pk")
    return reverse("resident", args=[covered.values_list("number", flat=True)[:1].get()])


def the_citys_window() -> str:
    return reverse("cockpit-office", args=[Office.objects.get(kind=Office.Kind.AREA).code])


def dashboards(_seed: int) -> Callable[[], None]:
    """A look at both pages of supervision, of the fund and of the institutions."""
    client = signed_in("supervisor")
    addresses = [reverse("supervision-fund"), reverse("supervision-institutions")]

    def look() -> None:
        for at in addresses:
            found(client.get(at), at)

    return look


# --- searching -------------------------------------------------------------------------------------------------------


def somebody(draw: random.Random) -> Resident:
    """A resident with an ID number and a card, drawn by key."""
    last = Resident.objects.aggregate(last=Max("pk"))["last"]
    known = Resident.objects.filter(cards__isnull=False).exclude(id_number=None).order_by("pk")
    return known.filter(pk__gte=draw.randint(1, last)).first() or known[0]


def terms(draw: random.Random) -> list[list[str]]:
    """What is looked for, by kinds: one character of names, two, ID numbers, cards."""
    people = [somebody(draw) for _ in range(SEARCHES // 4)]
    cards = dict(InsuranceCard.objects.filter(resident__in=people).values_list("resident_id", "number"))
    return [
        [draw.choice(SURNAMES) for _ in people],
        [person.name[-2:] for person in people],
        [str(person.id_number) for person in people],
        [cards[person.pk] for person in people],
    ]


def search(seed: int) -> Callable[[], None]:
    """The next of the searches, each time another: typed, sent and looked at."""
    client = signed_in("clerk")
    asked = itertools.cycle(itertools.chain(*zip(*terms(random.Random(seed)), strict=True)))  # noqa: S311  no secret
    return lambda: found(client.post(reverse("search"), {"q": next(asked)}, follow=True), "A search")


def search_growth(large: str, small: str, _repeats: int) -> float:
    """The slowest of the searches. RuntimeError where they take more statements in the large city."""
    counts = []
    for database in (small, large):
        use(database)
        operation = search(1)
        # The first looks make what later ones find made.
        for _time in range(4):
            operation()
        counts.append([statements_of(operation) for _kind in range(4)])
    if any(many > few for few, many in zip(*counts, strict=True)):
        raise RuntimeError(f"Searches take {counts[1]} statements in the large city, {counts[0]} in the small one.")
    return compared(search, large, small, SEARCHES, max)


# --- the figures -----------------------------------------------------------------------------------------------------


def growth(prepare: Callable[[int], Callable[[], None]]) -> Callable[[str, str, int], float]:
    return lambda large, small, repeats: compared(prepare, large, small, repeats)


PAGES: dict[str, Callable[[str, str, int], float]] = {
    "search": search_growth,
    "queue": growth(look_at("district", lambda: reverse("registrations"))),
    "resident_page": growth(look_at("clerk", a_residents_page)),
    "cockpit": growth(look_at("clerk", the_citys_window)),
    "cash_book": growth(look_at("clerk", lambda: reverse("cash-book"))),
    "ledger": growth(look_at("clerk", lambda: reverse("ledger", args=[Chart.BANK]))),
}
