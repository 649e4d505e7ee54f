#!/usr/bin/env python
"""Runs Django's commands with Integrator's settings."""

import os
import sys
from itertools import zip_longest

from django.core.management import execute_from_command_line


def adopt_data_folder(arguments: list[str]) -> None:
    """Take ``--data DIR`` of ``up`` into the environment: the settings read it before any command sees its options."""
    if arguments[1:2] != ["up"]:
        return
    for argument, following in zip_longest(arguments[2:], arguments[3:], fillvalue=""):
        if argument == "--data" and following:
            os.environ["INTEGRATOR_DATA"] = following
        elif argument.startswith("--data="):
            os.environ["INTEGRATOR_DATA"] = argument.removeprefix("--data=")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "integrator.settings")
    adopt_data_folder(sys.argv)
    execute_from_command_line(sys.argv)
