"""What pages show of a run that they follow, and of something that came as a file (intake) and is checked and carried
out by runs.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet, TextChoices
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from liaoyang_medins.kernel.offices.actors import Actor
from liaoyang_medins.kernel.web.decorators import ActorRequest

from . import intake, selectors, services
from .kinds import Words
from .models import Run

# How far something that came is. What it is called when it is checked, carried out, carried out in part and done
# says the app.
WORDS: Mapping[str, Words] = {
    "checking": _("Being checked"),
    "paused": _("Paused"),
    "failed": _("Failed"),
    "cancelled": _("Not checked"),
}
TONES = {"done": "good", "checked": "wait", "failed": "bad", "paused": "wait", "partly": "wait"}


@dataclass(frozen=True, slots=True)
class Stage:
    """How far something that came is: a code, the word, the colour."""

    code: str
    word: Words
    tone: str


def stage_of(run: Run | None, *, done: bool, words: Mapping[str, Words]) -> Stage:
    """How far it is by its newest run; `words` are those of the app for `checked`, `running`, `partly`, `done`."""
    if done:
        code = "done"
    elif run is None:
        code = "cancelled"
    elif run.status in (Run.Status.PAUSED, Run.Status.FAILED):
        code = str(run.status)
    elif run.status == Run.Status.CANCELLED:
        code = "cancelled" if run.dry_run else "partly"
    elif run.status == Run.Status.FINISHED:
        code = "checked"
    else:
        code = "checking" if run.dry_run else "running"
    return Stage(code, {**WORDS, **words}[code], TONES.get(code, "info"))


def followed(run: Run | None) -> dict[str, Any]:
    """What changes while a run goes on: whether it does, how far it is, what did not succeed, and whether the server
    has no room left.
    """
    if run is None:
        return {"run": None, "live": False}
    errors = selectors.last_errors(run)
    return {
        "run": run,
        "live": run.status in Run.AT_WORK,
        "progress": selectors.progress_of(run),
        "errors": errors,
        "no_room": services.tells_of_no_room(run.error, *(error for _position, error in errors)),
    }


def steps_of(run: Run | None, *, done: bool, may: bool) -> dict[str, bool]:
    """What may be done to something that came by who brings such (`may`), by its newest run."""
    checked = run is not None and (run.status == Run.Status.FINISHED or not run.dry_run)
    live = run is not None and run.status in Run.AT_WORK
    return {
        "may_carry_out": may and not done and not live and checked,
        "may_check": may and not done and (run is None or run.status in Run.OVER),
        "may_discard": may and not (run is not None and intake.is_begun(run.kind, run.key)),
        "may_steer": may and run is not None and run.ended_at is None,
    }


STEER = {"pause": services.pause_run, "resume": services.resume_run, "cancel": services.cancel_run}


def steer(request: ActorRequest, run: Run | None) -> None:
    """Do to the run what the button (`action`) says."""
    verb = STEER.get(request.POST.get("action", ""))
    if run is not None and verb is not None:
        verb(number=run.number, by=request.actor)


M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Arrivals(Generic[M]):
    """What comes as files of one sort, as its pages follow it: `kind` of its runs, whose key is the number that a row
    is called by, `page` the route of one by its number, `visible` those that an actor may see, `done_on` the field
    with the day on which one was carried out, `words` those of `stage_of`.
    """

    kind: str
    page: str
    visible: Callable[[Actor], QuerySet[M]]
    done_on: str
    words: Mapping[str, Words]

    def one(self, actor: Actor, number: str) -> M:
        """That with a number, as far as the actor may see it. Http404 else."""
        return get_object_or_404(self.visible(actor), number=number)

    def is_done(self, found: M) -> bool:
        return getattr(found, self.done_on) is not None

    def run_of(self, found: M) -> Run | None:
        """The newest run."""
        return intake.runs_of(self.kind, str(found)).first()

    def stage(self, found: M, run: Run | None) -> Stage:
        """How far it is by its newest run."""
        return stage_of(run, done=self.is_done(found), words=self.words)

    def listed(self, rows: Iterable[M]) -> list[tuple[M, Stage]]:
        """Each with how far it is, in one statement."""
        shown = list(rows)
        last = intake.last_runs(self.kind, [str(row) for row in shown])
        return [(row, self.stage(row, last.get(str(row)))) for row in shown]

    def act(self, verb: Callable[..., object]) -> Callable[[ActorRequest, str], HttpResponse]:
        """The view of a button: do the `verb` to that with the number, and go back to its page."""

        @require_POST
        def view(request: ActorRequest, number: str) -> HttpResponse:
            self.one(request.actor, number)
            verb(number=number, by=request.actor)
            return redirect(self.page, number=number)

        return view

    def steer(self, request: ActorRequest, number: str) -> HttpResponse:
        """The view that pauses, resumes or cancels what is at work on it."""
        found = self.one(request.actor, number)
        steer(request, self.run_of(found))
        return redirect(self.page, number=number)


def live_part(request: ActorRequest, context: Mapping[str, Any]) -> HttpResponse | None:
    """What a page asks for again and again while the run that it follows (`followed`) goes on; None where the whole
    page is asked for.
    """
    if not request.htmx:
        return None
    answer = render(request, "runs/_intake_live.html", dict(context))
    if not context["live"]:
        # The rows, the buttons and the timeline changed with it.
        answer["HX-Refresh"] = "true"
    return answer


def tabs_of(
    states: Iterable[TextChoices], counts: Mapping[str, int], asked: str, *, name: str
) -> tuple[str, list[SimpleNamespace]]:
    """The state of the rows that are shown (`asked` for by ?name=, else the first that there are rows of), and a tab
    for each of these states that has any.
    """
    known = list(states)
    some = [state for state in known if counts[state.value]]
    shown = asked if asked in type(known[0]).values else (some or known)[0].value
    return shown, [
        SimpleNamespace(
            label=state.label,
            url=f"?{name}={state.value}",
            active=state.value == shown,
            count=counts[state.value],
        )
        for state in some
    ]
