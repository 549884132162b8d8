"""The four calls of a stay over HTTP (docs/hospital-api.md): admitted, six fee lines, discharged, settled."""

import itertools
import json
import socket
import statistics
import time
import urllib.parse
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from claims.api import services
from claims.models import CatalogueItem
from liaoyang_medins.kernel.offices.actors import Actor

from . import http_server
from .databases import use
from .measuring import ROUNDS, seconds_of
from .server import Server
from .work import ADMITTED, LEAVES, LINES, residents_with_benefits

HOSPITAL = "LY-H01"
PREFIX = "/api/v1/"
CLIENTS = 8
# So many stays at most does each of them make in a round.
STAYS_AT_ONCE = 10
QUANTITY, PRICE, AMOUNT, TOTAL = "3", "125.50", "376.50", "2259.00"


def figures(server: Server, database: str, pgbench: str, repeats: int, seconds: int) -> Iterator[tuple[str, float]]:
    """A stay over HTTP in transactions of `pgbench -N`, interleaved with it: by one client and by eight at once, both
    against one client of pgbench's; and by eight against eight. It changes the city in `database`.
    """
    use(database)
    given, people = credentials(), list(residents_with_benefits(1))
    first = 2 + ROUNDS * repeats
    alone: list[float] = []
    together: list[float] = []
    against_as_many: list[float] = []
    with http_server.serving(server.address(database), LEAVES.isoformat()) as port:
        one = Hospital(port, given, iter(people[:first]), "A")
        many = Hospitals(port, given, CLIENTS, iter(people[first:]), "B")
        # What each process of the server makes once is made before anything is measured.
        many.seconds_of(1)
        one.open()
        seconds_of(one.one, 2)
        for _round in range(ROUNDS):
            bench = server.pgbench(pgbench, seconds)
            one.open()
            alone.append(seconds_of(one.one, repeats) / bench)
            bench_of_many = server.pgbench(pgbench, seconds, CLIENTS)
            stay = many.seconds_of(max(1, min(STAYS_AT_ONCE, repeats // 3)))
            together.append(stay / bench)
            against_as_many.append(stay / bench_of_many)
        one.close()
        many.close()
    yield "http_stay_per_pgbench_c1", statistics.median(alone)
    yield f"http_stay_per_pgbench_c{CLIENTS}", statistics.median(together)
    yield f"http_stay_c{CLIENTS}_per_pgbench_c{CLIENTS}", statistics.median(against_as_many)


def credentials() -> tuple[str, str]:
    """Client id and secret of the demo's hospital, in the database in use."""
    client, secret = services.open_client(institution_code=HOSPITAL, by=Actor.job("bench"))
    return str(client.client_id), secret


class Connection:
    """A connection to the portal that stays open. As little as HTTP/1.1 needs: what it costs is measured with it."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.answers = self.socket.makefile("rb")

    def post(self, path: str, headers: str, body: bytes) -> tuple[int, bytes]:
        """Status and body of the answer. `headers` are whole lines."""
        head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}Content-Length: {len(body)}\r\n\r\n"
        self.socket.sendall(head.encode() + body)
        status, length = int(self.answers.readline().split()[1]), 0
        while (line := self.answers.readline()) not in (b"\r\n", b""):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        return status, self.answers.read(length)

    def close(self) -> None:
        self.answers.close()
        self.socket.close()


class Hospital:
    """One client: a connection, and a token that is asked for once."""

    def __init__(self, port: int, given: tuple[str, str], residents: Iterator[str], name: str) -> None:
        self.port, self.connection = port, Connection(port)
        self.residents, self.name = residents, name
        self.numbers = itertools.count(1)
        self.keys = itertools.count(1)
        form = {"grant_type": "client_credentials", "client_id": given[0], "client_secret": given[1]}
        self.headers = "Content-Type: application/x-www-form-urlencoded\r\n"
        token = self.call("oauth/token", urllib.parse.urlencode(form))["access_token"]
        self.headers = f"Content-Type: application/json\r\nAccept-Language: en\r\nAuthorization: Bearer {token}\r\n"
        items = CatalogueItem.objects.filter(starts__lte=ADMITTED, ends=None).order_by("code")[:LINES]
        lines = [
            {"line_number": str(place), "item_code": item.code, "at": f"{ADMITTED}T14:00:00+08:00"}
            | {"quantity": QUANTITY, "unit_price": PRICE, "amount": AMOUNT}
            for place, item in enumerate(items, start=1)
        ]
        self.lines = json.dumps({"lines": lines})

    def open(self) -> None:
        """Connect anew: a connection that rested for long was closed by the server."""
        self.connection.close()
        self.connection = Connection(self.port)

    def one(self) -> None:
        """A stay of a resident of its own."""
        number = f"{self.name}-{next(self.numbers)}"
        admission = {
            "person_number": next(self.residents),
            "inpatient_number": number,
            "admitted_at": f"{ADMITTED}T09:00:00+08:00",
            "card_presented_at": f"{ADMITTED}T09:00:00+08:00",
            "diagnoses": ["J18.9"],
        }
        stay = self.call("stays", json.dumps(admission))["stay_number"]
        self.call(f"stays/{stay}/lines", self.lines)
        leaves = {"discharged_at": f"{LEAVES}T10:00:00+08:00", "way": "ordered"}
        self.call(f"stays/{stay}/discharge", json.dumps(leaves))
        self.call(f"stays/{stay}/settlement", json.dumps({"stated_total": TOTAL}))

    def call(self, path: str, body: str) -> dict[str, Any]:
        """The answer. RuntimeError for anything but success."""
        headers = f"{self.headers}Idempotency-Key: {self.name}-{next(self.keys)}\r\n"
        status, text = self.connection.post(PREFIX + path, headers, body.encode())
        if not 200 <= status < 300:
            raise RuntimeError(f"{path} answered {status}: {text.decode()}")
        answer: dict[str, Any] = json.loads(text)
        return answer

    def close(self) -> None:
        self.connection.close()


class Hospitals:
    """Several clients at once, each on its own connection, with residents that nobody else takes."""

    def __init__(self, port: int, given: tuple[str, str], clients: int, residents: Iterator[str], name: str) -> None:
        numbers = list(residents)
        self.clients = [
            Hospital(port, given, iter(numbers[place::clients]), f"{name}{place}") for place in range(clients)
        ]

    def seconds_of(self, stays: int) -> float:
        """Seconds for one stay where each client makes so many, one after the other, and all of them at once.

        Each connects when it begins: the processes of the server share the connections by who is free at that moment.
        """

        def work(client: Hospital) -> None:
            client.open()
            for _stay in range(stays):
                client.one()

        began = time.perf_counter()
        with ThreadPoolExecutor(len(self.clients)) as pool:
            list(pool.map(work, self.clients))
        return (time.perf_counter() - began) / (stays * len(self.clients))

    def close(self) -> None:
        for client in self.clients:
            client.close()
