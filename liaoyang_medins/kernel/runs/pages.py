"""What pages show of a run that they follow, and of something that came as a file (intake) and is checked and carried
out by runs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

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
