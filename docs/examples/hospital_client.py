"""A hospital's software as an example: one stay from the card to the reconciliation, with the standard library only.

    PORTAL=http://127.0.0.1:8000 CLIENT_ID=… CLIENT_SECRET=… python hospital_client.py PERSON_NUMBER DAY

`Portal` is what a vendor would take over: it gets tokens, gives each changing call a message id, and repeats a call
with the same id until it has an answer. `docs/hospital-api.md` explains each step.
"""

import base64
import datetime
import http.client
import json
import os
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from typing import Any

Answer = dict[str, Any]
# Where the answer never came, the call is sent again with the same message id: the portal does it once.
ATTEMPTS = 6


class Problem(Exception):
    """A refusal: `code` is stable, `action` says what to do."""

    def __init__(self, body: Answer) -> None:
        super().__init__(f"{body['code']}: {body['detail']} {body['action']}")
        self.body = body
        self.code = body["code"]


class Portal:
    """The hospital's side of the interface."""

    def __init__(self, address: str, client_id: str, secret: str) -> None:
        self.address = address.rstrip("/") + "/api/v1/"
        self.credentials = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
        self.token = ""

    def get(self, path: str) -> Answer:
        return self.call("GET", path)

    def ask(self, path: str, body: Answer | None = None) -> Answer:
        """A question that is posted, so that nothing about a person stands in an address."""
        return self.call("POST", path, body)

    def do(self, path: str, body: Answer | None = None, *, key: str | None = None, method: str = "POST") -> Answer:
        """A changing call. Write the key down before you call: it is what you ask by when everything else is lost."""
        return self.call(method, path, body, key or str(uuid.uuid4()))

    def call(self, method: str, path: str, body: Answer | None = None, key: str | None = None) -> Answer:
        """The answer; the same call again for as long as none comes. Raises Problem for a refusal, and PermissionError
        where id and secret give no token.
        """
        for attempt in range(ATTEMPTS):
            try:
                return self.send(method, path, body, key)
            except urllib.error.HTTPError as refusal:
                with refusal:
                    said = refusal.read().decode(errors="replace")
                if refusal.code == 401 and self.token and attempt == 0:
                    self.token = ""
                elif refusal.code == 429 or refusal.code >= 500:
                    # From the portal, or from what stands before it: there was no answer yet.
                    time.sleep(int(refusal.headers.get("Retry-After", 1)))
                elif refusal.headers.get_content_type() == "application/problem+json":
                    raise Problem(json.loads(said)) from None
                else:
                    raise PermissionError(f"{refusal.code} {said}") from None
            except (OSError, http.client.HTTPException):
                time.sleep(min(2**attempt / 2, 10))
        raise TimeoutError(f"No answer to {method} {path}; ask later by the message id {key}.")

    def send(self, method: str, path: str, body: Answer | None, key: str | None) -> Answer:
        headers = {"Authorization": f"Bearer {self.token or self.sign_in()}", "Accept-Language": "en"}
        data = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            data = json.dumps(body).encode()
        elif method != "GET":
            data = b""
        if key:
            headers["Idempotency-Key"] = key
        request = urllib.request.Request(self.address + path, data, headers, method=method)  # noqa: S310
        with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310
            return dict(json.load(response))

    def sign_in(self) -> str:
        """A token for an hour."""
        request = urllib.request.Request(  # noqa: S310
            self.address + "oauth/token",
            b"grant_type=client_credentials",
            {"Authorization": f"Basic {self.credentials}", "Content-Type": "application/x-www-form-urlencoded"},
        )
        with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310
            self.token = json.load(response)["access_token"]
        return self.token


def one_stay(portal: Portal, person_number: str, day: datetime.date) -> Answer:
    """A stay that begins on `day` and lasts four days; its settlement. Prints each step."""

    def at(days: int, hour: int) -> str:
        return f"{day + datetime.timedelta(days)}T{hour:02d}:00:00+08:00"

    # 1101 person
    person = portal.ask("persons/lookup", {"person_number": person_number})
    say("1101", person["name"], person["id_number_masked"], person["category"])
    # 2001 entitlement
    allowed = portal.ask("entitlements/check", {"person_number": person_number, "on": str(day)})
    reasons = "; ".join(reason["text"] for reason in allowed["reasons"])
    say("2001", "entitled" if allowed["entitled"] else reasons, "left of the cap:", allowed["cap"]["left"])
    # 2401 admission, with a mistake
    admission = {
        "person_number": person_number,
        "inpatient_number": f"EX-{uuid.uuid4().hex[:8]}",
        "admitted_at": at(0, 9),
        "card_presented_at": at(0, 9),
        "diagnoses": ["J18.9"],
        "emergency": True,
    }
    stay = portal.do("stays", admission)["stay_number"]
    say("2401", stay)
    # 2403 change: it was no emergency
    changed = portal.do(f"stays/{stay}/admission", {**admission, "emergency": False}, method="PUT")
    say("2403", "emergency:", changed["emergency"])
    # 2301 fee lines
    lines = [
        {"line_number": "1", "item_code": "XY0001", "at": at(0, 14), "quantity": "12", "unit_price": "300.5"},
        {"line_number": "2", "item_code": "XY0002", "at": at(1, 10), "quantity": "3", "unit_price": "33.3333"},
        {"line_number": "3", "item_code": "NO-SUCH-ITEM", "at": at(1, 11), "quantity": "1", "unit_price": "80"},
    ]
    amounts = ("3606.00", "100.00", "80.00")
    added = portal.do(
        f"stays/{stay}/lines",
        {"lines": [{**line, "amount": amount} for line, amount in zip(lines, amounts, strict=True)]},
    )
    for line in added["lines"]:
        say("2301", line["line_number"], line["amount"], "in scope:", line["in_scope"], *line["reasons"])
    # 2302 revoke what was not given
    say("2302", portal.do(f"stays/{stay}/lines/remove", {"line_numbers": ["3"]})["removed"], "line revoked")
    # 2402 discharge; 2405 and again
    leaves = {"discharged_at": at(4, 10), "way": "ordered"}
    portal.do(f"stays/{stay}/discharge", leaves)
    portal.do(f"stays/{stay}/discharge/cancel", {"reason": "Stayed until noon"})
    say("2402", portal.do(f"stays/{stay}/discharge", leaves)["status"])
    # 2303 pre-settlement, 5203 for the total
    foreseen = portal.ask(f"stays/{stay}/presettlement")
    for step in foreseen["steps"]:
        say("2303", step["label"], step["amount"] or "", step["how"], f"({step['rule']}, Art. {step['article']})")
    total = portal.get(f"stays/{stay}/lines")["amount"]
    # 2304 settlement; the same message again is the same answer
    key = str(uuid.uuid4())
    first = portal.do(f"stays/{stay}/settlement", {"stated_total": total}, key=key)
    if portal.do(f"stays/{stay}/settlement", {"stated_total": total}, key=key) != first:
        raise AssertionError("One message, two answers.")
    if first["amounts"] != foreseen["amounts"]:
        raise AssertionError("Settled otherwise than foreseen.")
    say("2304", first["settlement_number"], "fund:", first["amounts"]["fund"])
    # 2601: our own software failed to save it
    undone = portal.do(f"messages/{key}/undo")
    say("2601", undone["outcome"], undone["number"], "message:", portal.get(f"messages/{key}")["outcome"])
    # 2304 again, 2305, and once more: the same to the fen
    second = portal.do(f"stays/{stay}/settlement", {"stated_total": total})
    reversal = portal.do(f"settlements/{second['settlement_number']}/reversal", {"reason": "Typed wrongly"})
    say("2305", reversal["reversal_number"], "gives back:", reversal["fund"])
    third = portal.do(f"stays/{stay}/settlement", {"stated_total": total})
    if not first["amounts"] == second["amounts"] == third["amounts"]:
        raise AssertionError("Settling again gave something else.")
    return third


def settlements_of(portal: Portal, asked: str) -> Iterator[Answer]:
    """5204: all that fit the question, page by page."""
    after = ""
    while True:
        page = portal.get(f"settlements?{asked}&limit=500{after}")
        yield from page["settlements"]
        if not page["next"]:
            break
        after = f"&after={page['next']}"


def reconcile(portal: Portal, first: str, last: str) -> bool:
    """Compare what this hospital has of a period; here it has what it reads (5204), as a ledger of its own would."""
    period = {"first": first, "last": last}
    entries: list[Answer] = []
    sums = {side: {"count": 0, "total": 0, "fund": 0, "resident_pays": 0} for side in ("settlements", "reversals")}
    decided = settlements_of(portal, f"first={first}&last={last}")
    # What is reversed now may have been decided long ago.
    undone = settlements_of(portal, f"reversed_first={first}&reversed_last={last}")
    for row in {row["settlement_number"]: row for row in (*decided, *undone)}.values():
        own = {name: row["amounts"][name] for name in ("total", "fund", "resident_pays")}
        records = {
            "settlements": (row["settlement_number"], row["decided_on"]),
            "reversals": (row["reversal_number"], row["reversed_on"]),
        }
        for side, (number, day) in records.items():
            if number and first <= day <= last:
                entries.append({"number": number, **own})
                sums[side]["count"] += 1
                for name, amount in own.items():
                    sums[side][name] += fen(amount)
    stated = {
        side: {name: value if name == "count" else yuan(value) for name, value in values.items()}
        for side, values in sums.items()
    }
    # 3201 totals
    totals = portal.ask("reconciliations/totals", {**period, **stated})
    say("3201", "equal" if totals["equal"] else totals["differences"])
    # 3202 details, where the totals differ or to be sure
    details = portal.ask("reconciliations/details", {**period, "entries": entries})
    say("3202", "equal" if details["equal"] else details["differences"], f"({details['count']} records)")
    # 5206 sums
    say("5206", portal.get(f"totals?first={first}&last={last}")["stays"])
    return bool(totals["equal"] and details["equal"])


def fen(amount: str) -> int:
    """An amount as whole fen: never as a float."""
    whole, _, part = amount.partition(".")
    return int(whole) * 100 + int(part.ljust(2, "0"))


def yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def say(*words: object) -> None:
    print(*words, flush=True)


def main() -> int:
    portal = Portal(os.environ["PORTAL"], os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"])
    person_number, day = sys.argv[1], datetime.date.fromisoformat(sys.argv[2])
    done = one_stay(portal, person_number, day)
    decided = done["decided_on"]
    return 0 if reconcile(portal, decided, decided) else 1


if __name__ == "__main__":
    sys.exit(main())
