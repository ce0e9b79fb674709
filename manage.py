#!/usr/bin/env python
"""Django's command line, with one courtesy: where nothing is configured and a demo academy exists, it is used."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings")
    from cms.environment import Unconfigured, choose_demo

    choose_demo(sys.argv)
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except Unconfigured as missing:
        sys.exit(f"Closed Set cannot start. {missing}")


if __name__ == "__main__":
    main()
