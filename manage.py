#!/usr/bin/env python
"""Django's command line for the portal."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liaoyang_medins.settings")
    if sys.argv[1:2] == ["calculate"]:
        # Arithmetic alone: it serves nothing and opens no database, so it runs in a bare checkout too.
        os.environ.setdefault("DEBUG", "true")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
