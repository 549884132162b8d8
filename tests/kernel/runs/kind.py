"""A kind of run of the tests: it writes users, one for each name of a chunk, as business that can be counted."""

import threading
from collections.abc import Callable
from typing import Any

from liaoyang_medins.kernel import clock, policy
from liaoyang_medins.kernel.errors import Refused as RefusedByRule
from liaoyang_medins.kernel.offices.models import User
from liaoyang_medins.kernel.runs import kinds
from liaoyang_medins.kernel.runs.kinds import Figure, Heading, Kind, Outcome, Parameters, Plan, Refused
from liaoyang_medins.kernel.runs.models import Run

# Names that a rule of this kind refuses, and names at which it breaks as long as they stand here.
BARRED: set[str] = set()
POISON: set[str] = set()
# What happens before a chunk is worked, and what was done in which order.
meanwhile: list[Callable[[Parameters], None]] = []
done: list[str] = []
finished: list[str] = []
_list = threading.Lock()


def reset() -> None:
    for each in (BARRED, POISON, meanwhile, done, finished):
        each.clear()


def plan(run: Run) -> Plan:
    if not run.parameters["names"]:
        raise RefusedByRule("Nobody.", code="nobody")
    names, size = run.parameters["names"], run.parameters.get("size", 1)
    chunks = [{"names": names[place : place + size]} for place in range(0, len(names), size)]
    return Plan(chunks, policy.on("liaoyang", run.business_date))


def begin(run: Run) -> str:
    User.objects.create(username=f"{run.parameters['group']}-head", email=f"{clock.today()}@example.org")
    return f"{run.parameters['group']}-head"


def look(run: Run, parameters: Parameters) -> Outcome:
    for act in meanwhile:
        act(parameters)
    if POISON & set(parameters["names"]):
        raise ValueError("poisoned\nDETAIL: a row that nobody may read")
    fine = [name for name in parameters["names"] if name not in BARRED]
    refusals = [Refused(name, "barred", {"letter": name[0]}) for name in parameters["names"] if name in BARRED]
    return Outcome({"persons": len(fine), "yuan": len(fine) * 5}, refusals, [[name] for name in fine])


def work(run: Run, parameters: Parameters) -> Outcome:
    found = look(run, parameters)
    names = [name for name in parameters["names"] if name not in BARRED]
    User.objects.bulk_create(User(username=f"{run.parameters['group']}-{name}") for name in names)
    with _list:
        done.extend(names)
    return Outcome(found.counts, found.refusals, digest="d" * 64 if names else "")


def finish(run: Run) -> None:
    if "finish" in POISON:
        raise ValueError("not closed")
    finished.append(run.number)


def take_back(run: Run) -> None:
    User.objects.filter(username__startswith=f"{run.parameters['group']}-").delete()


def reason(code: str, parameters: Parameters) -> str:
    return f"{code} for {parameters.get('letter', 'a letter')}"


KIND = Kind(
    name="test",
    label="Test run",
    verb="statements.prepare",
    under="runs",
    figures=(Figure("persons", "Persons"), Figure("yuan", "Yuan", in_yuan=True)),
    headings=(Heading("Name"),),
    key=lambda parameters: str(parameters["group"]),
    title=lambda parameters: f"group {parameters['group']}",
    plan=plan,
    begin=begin,
    work=work,
    look=look,
    finish=finish,
    take_back=take_back,
    link=lambda result: (result, "/"),
    reason=reason,
)
kinds.register(KIND)


def parameters(count: int = 6, group: str = "a", **values: Any) -> Parameters:
    return {"group": group, "names": [f"n{place:03d}" for place in range(count)]} | values


def written(group: str = "a") -> list[str]:
    """Who was written, without the group's head."""
    names = User.objects.filter(username__startswith=f"{group}-n").values_list("username", flat=True)
    return sorted(name.partition("-")[2] for name in names)
