"""`python -m benchmarks SIZE`, small unless another of `figures.SIZES` is said: a line a figure, `name = value`."""

import os
import secrets
import sys
import tempfile

from . import server as servers


def main(arguments: list[str]) -> int:
    name = (arguments[0] if arguments else "") or "small"
    with servers.running() as server, tempfile.TemporaryDirectory() as static:
        # As in production; only the addresses are those of the bench.
        os.environ.update(
            DATABASE_URL=server.address("postgres"),
            DJANGO_SETTINGS_MODULE="liaoyang_medins.settings",
            DEBUG="false",
            DEMO="true",
            HTTPS="false",
            ALLOWED_HOSTS="testserver",
            SECRET_KEY=secrets.token_urlsafe(50),
            STATIC_ROOT=static,
        )
        os.environ.pop("DATABASE_OWNER_URL", None)
        # Nothing that is measured sends a message.
        os.environ.setdefault("REDIS_URL", "redis://127.0.0.1:6379/0")
        import django
        from django.core.management import call_command

        django.setup()
        call_command("collectstatic", interactive=False, verbosity=0)
        from .figures import SIZES, figures

        if name not in SIZES:
            print(f"SIZE is one of {', '.join(SIZES)}.", file=sys.stderr)
            return 2
        for figure, value in figures(server, SIZES[name]):
            print(f"{figure} = {value:.4g}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
