#!/usr/bin/env python
"""Django's command line for the portal."""

import os
import sys

# What settings ask for outside DEBUG, where nothing of it is used.
UNUSED = {
    "SECRET_KEY": "unused",
    "ALLOWED_HOSTS": "localhost",
    "DATABASE_URL": "postgres://127.0.0.1/unused",
    "REDIS_URL": "redis://127.0.0.1/0",
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liaoyang_medins.settings")
    if sys.argv[1:2] == ["calculate"]:
        # Arithmetic alone: it serves nothing and opens no connection, so it asks for no configuration.
        for name, value in UNUSED.items():
            os.environ[name] = os.environ.get(name) or value
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
