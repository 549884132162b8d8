"""Starting a run of the tests, and reading it anew."""

from typing import Any

from liaoyang_medins.kernel.runs import services
from liaoyang_medins.kernel.runs.models import Run

from .kind import parameters


def start(clerk: Any, count: int = 6, **values: Any) -> Run:
    dry_run = values.pop("dry_run", False)
    return services.start_run(
        kind="test", parameters=parameters(count, **values), by=clerk, dry_run=dry_run, calls=False
    )


def again(run: Run) -> Run:
    return Run.objects.get(pk=run.pk)
