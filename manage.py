#!/usr/bin/env python
"""Every command of Doorstep starts here."""

import os
import sys

from django.core.management import execute_from_command_line

from backend.environment import declare_serving


def main() -> None:
    """Run the command named on the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
    if "run_huey" in sys.argv[1:2]:
        declare_serving()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
