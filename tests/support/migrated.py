"""Empty databases with every migration in them, made once a test run: installations begin with a copy.

Migrating takes ten seconds of processor time, and a test run makes some forty installations.
"""

from __future__ import annotations

import atexit
import fcntl
import functools
import os
import secrets
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from tests.support.processes import make_environment, run_command
from tests.support.services import Services


def copy_migrated(data_dir: Path) -> None:
    """Put a migrated ``db.sqlite3`` into an installation's empty folder; the workers of a run copy the same one."""
    folder = Path(os.environ["INTEGRATOR_TEST_DATA"]) / "migrated"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = folder / "db.sqlite3"
        if not made.exists():
            making = folder / "making"
            run_command("migrate", "--verbosity", "0", env=make_environment(making))
            assert not (making / "db.sqlite3-wal").exists(), "SQLite left something outside of the database's file."
            (making / "db.sqlite3").rename(made)
    data_dir.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(made, data_dir / "db.sqlite3")


@functools.cache
def make_template(services: Services) -> str:
    """The name of a migrated PostgreSQL database that nobody is connected to; dropped when this process ends."""
    name = f"integrator_scratch_{secrets.token_hex(6)}"
    with psycopg.connect(services.database_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    atexit.register(_drop, services.database_url, name)
    address = urlsplit(services.database_url)._replace(path=f"/{name}").geturl()
    folder = Path(os.environ["INTEGRATOR_TEST_DATA"]) / name
    env = make_environment(folder, DATABASE_URL=address, REDIS_URL=services.redis_url)
    run_command("migrate", "--verbosity", "0", env=env)
    return name


def _drop(database_url: str, name: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
