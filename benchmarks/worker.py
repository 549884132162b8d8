"""`python -m benchmarks.worker`: works at the runs whose numbers it is told, line by line; after each it prints its
peak in MB.

The environment is that of a worker: the addresses and the settings.
"""

import re
import sys
from pathlib import Path

import django

# The peak of this program alone: what getrusage tells has that of the one before it in the same process too.
PEAK = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)


def main() -> None:
    django.setup()
    from django.db import connection

    from liaoyang_medins.kernel.runs import services as runs

    connection.ensure_connection()
    print("ready", flush=True)
    for number in sys.stdin:
        runs.work_off(number=number.strip())
        found = PEAK.search(Path("/proc/self/status").read_text(encoding="ascii", errors="replace"))
        if found is None:
            raise RuntimeError("The system does not tell the peak.")
        print(int(found[1]) / 1024, flush=True)


if __name__ == "__main__":
    main()
