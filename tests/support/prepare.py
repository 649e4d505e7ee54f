"""``python -m tests.support.prepare``: makes an installation's database, people, flows and tokens in one process.

What the product's own commands do, one after the other, at a fraction of their start-up. Prints the tokens as JSON.
"""

from __future__ import annotations

import argparse
import io
import json
import os

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class QuickHasher(PBKDF2PasswordHasher):
    """The product's own format with one round: it verifies there, and costs a test nothing."""

    iterations = 1


def main() -> None:
    """Migrate, seed, import and publish each flow file, make a token for each person."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--password", required=True)
    parser.add_argument("--flow", action="append", default=[])
    parser.add_argument("--person", action="append", default=[])
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "integrator.settings")

    import django  # the settings are read when it is set up
    from django.conf import settings
    from django.core.management import call_command

    django.setup()
    settings.PASSWORD_HASHERS = ["tests.support.prepare.QuickHasher"]
    call_command("migrate", interactive=False, verbosity=0)
    call_command("seed_demo", password=options.password, stdout=io.StringIO())
    for path in options.flow:
        call_command("import_flow", path, publish=True, stdout=io.StringIO())
    tokens = {}
    for person in options.person:
        printed = io.StringIO()
        call_command("create_token", person, stdout=printed, stderr=io.StringIO())
        tokens[person] = printed.getvalue().splitlines()[-1]
    print(json.dumps(tokens))


if __name__ == "__main__":
    main()
