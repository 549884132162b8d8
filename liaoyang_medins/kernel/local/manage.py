"""`manage.py` on this checkout's own servers: `python -m liaoyang_medins.kernel.local.manage shell`.

Beside a running `make run` it uses that run's servers; without one it starts them for the length of the command.
"""

import json
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

from . import place as places
from . import servers
from .place import ROOT, Place
from .problem import SetupError
from .run import environment


def found(place: Place, stack: ExitStack) -> dict[str, str]:
    """The addresses of the run that holds the place, or of servers for as long as the stack. Raises SetupError."""
    try:
        stack.enter_context(place.hold())
    except SetupError:
        path = place.folder / "addresses.json"
        if not path.exists():
            raise
        running: dict[str, str] = json.loads(path.read_text())
        return running
    return stack.enter_context(servers.running(place))


def main(arguments: list[str]) -> int:
    try:
        place = places.find("run")
        with ExitStack() as stack:
            env = environment(place, found(place, stack))
            return subprocess.call([sys.executable, ROOT / "manage.py", *arguments], env=env, cwd=Path.cwd())
    except SetupError as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
