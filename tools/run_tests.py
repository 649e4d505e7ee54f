"""Passes the tests: all of them on SQLite, then those that need PostgreSQL and Redis where both are found.

``--all`` adds the slow ones and passes every test that touches a database on PostgreSQL as well.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from tests.support.services import Services, find_services

ROOT = Path(__file__).resolve().parent.parent
PYTEST = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "worksteal"]
NOTHING_CHOSEN = 5  # pytest's exit code; no fault of a part when the tests were named by hand


def main() -> int:
    """Run both parts; the first failing part's exit code, else 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="the slow tests too, and both databases for each test")
    parser.add_argument("rest", nargs="*", help="given to pytest as it is, after --")
    options = parser.parse_args()
    services = find_services()
    print("\n".join(["Services on this machine:", *(f"  {line}" for line in services.describe())]), flush=True)
    extra = [*(["--slow"] if options.all else []), *options.rest]

    codes = [run("on SQLite", [*PYTEST, "-m", "not services", *extra], environment(None))]
    if services.are_scaled_out:
        chosen = (
            ["-m", "not browser", "--ignore=tests/unit", "--ignore=tests/house"] if options.all else ["-m", "services"]
        )
        codes.append(run("on PostgreSQL and Redis", [*PYTEST, *chosen, *extra], environment(services)))
    else:
        print("\nSkipped: the tests that need PostgreSQL and Redis.", flush=True)
    harmless = {0, NOTHING_CHOSEN} if options.rest else {0}
    return next((code for code in codes if code not in harmless), 0)


def environment(services: Services | None) -> dict[str, str]:
    """This process's environment with those services in use, or with none."""
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    if services is None:
        return kept
    return {**kept, "DATABASE_URL": services.database_url, "REDIS_URL": services.redis_url}


def run(title: str, command: list[str], env: dict[str, str]) -> int:
    """Run one part under a headline; its exit code."""
    print(f"\n=== Tests {title} ===", flush=True)
    return subprocess.run(command, cwd=ROOT, env=env, check=False).returncode  # noqa: S603  # our own words


if __name__ == "__main__":
    sys.exit(main())
