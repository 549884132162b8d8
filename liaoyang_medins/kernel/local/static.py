"""The checks that run no test: format, lint, types, layers, migrations, translations, deployment.

All of them run; what fails is shown in full, and the exit status is 1.
"""

import os
import secrets
import subprocess
import sys
import tempfile
import time

from .place import ROOT

PYTHON = sys.executable
MANAGE = (PYTHON, "-W", "ignore:Got an error checking a consistent migration history", "manage.py")
CHECKS: dict[str, tuple[str, ...]] = {
    "format": (PYTHON, "-m", "ruff", "format", "--check", "."),
    "lint": (PYTHON, "-m", "ruff", "check", "."),
    "layers": (PYTHON, "-c", "from importlinter.cli import lint_imports_command as lint; lint()"),
    "types": (PYTHON, "-m", "mypy"),
    "migrations": (*MANAGE, "makemigrations", "--check", "--dry-run"),
    "translations": (PYTHON, "-m", "liaoyang_medins.kernel.local.translations", "check"),
    "deployment": (*MANAGE, "check", "--deploy", "--fail-level", "WARNING"),
}


def production(static_root: str) -> dict[str, str]:
    """An environment as in production, with servers that do not exist: none of the checks needs one."""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "liaoyang_medins.settings",
        "DEBUG": "false",
        "DEMO": "false",
        "HTTPS": "true",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "ALLOWED_HOSTS": "portal.example",
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "STATIC_ROOT": static_root,
    }


def main() -> int:
    failed = []
    with tempfile.TemporaryDirectory() as static_root:
        for name, command in CHECKS.items():
            started = time.monotonic()
            done = subprocess.run(
                command,
                cwd=ROOT,
                env=production(static_root),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            took = time.monotonic() - started
            print(f"{name:<12} {'ok' if done.returncode == 0 else 'FAILED'}  ({took:.0f} s)", flush=True)
            if done.returncode != 0:
                failed.append(name)
                print(done.stdout, flush=True)
    if failed:
        print(f"Failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
