"""A process of its own that works on stays when it is told to: `python -m tests.claims.at_once`.

It says "ready", and for each line with work as JSON it does the work and says what became of each piece: "done", or
the code of the refusal. Anything else that happens ends it with a traceback, and the test with it.
"""

import json
import sys
from typing import Any

import django


def settle(work: dict[str, Any]) -> list[str]:
    from claims import services
    from liaoyang_medins.kernel.errors import DomainError

    told = []
    for number in work["stays"]:
        try:
            services.settle_stay(stay_number=number, by=actor(work))
            told.append("done")
        except DomainError as error:
            told.append(error.code)
    return told


def reverse(work: dict[str, Any]) -> list[str]:
    from claims import services
    from claims.models import Settlement
    from liaoyang_medins.kernel.errors import DomainError

    told = []
    for _ in range(work["times"]):
        latest = Settlement.objects.filter(live=True).order_by("-sequence").first()
        if latest is None:
            continue
        try:
            services.reverse_settlement(number=latest.number, reason="at once", by=actor(work))
            told.append("done")
        except DomainError as error:
            told.append(error.code)
    return told


def admit(work: dict[str, Any]) -> list[str]:
    from claims import services
    from liaoyang_medins.kernel.errors import DomainError
    from tests.claims.makers import admission

    person = type("Person", (), {"number": work["resident"]})()
    try:
        services.admit(admission=admission(person, inpatient_number=work["inpatient_number"]), by=actor(work))
    except DomainError as error:
        return [error.code]
    return ["done"]


def release(work: dict[str, Any]) -> list[str]:
    from claims import services
    from liaoyang_medins.kernel.errors import DomainError

    told = []
    for number in work["stays"]:
        try:
            services.release(stay_number=number, by=actor(work))
            told.append("done")
        except DomainError as error:
            told.append(error.code)
    return told


def actor(work: dict[str, Any]) -> Any:
    from liaoyang_medins.kernel.offices.actors import Actor
    from liaoyang_medins.kernel.offices.models import Posting

    return Actor.of_posting(Posting.objects.select_related("user", "office").get(pk=work["posting"]))


def main() -> None:
    django.setup()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        work = json.loads(line)
        told = {"settle": settle, "reverse": reverse, "admit": admit, "release": release}[work["verb"]](work)
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
