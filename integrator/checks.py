"""System checks of dangerous settings. Each has an id and a hint that says what to set."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from integrator.database.clock import is_postgresql

LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]", "::1", "testserver"})


def register_checks() -> None:
    """This will register every check; called when the app is ready."""
    register(Tags.security)(check_settings)


def check_settings(app_configs: Sequence[Any] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """All findings about the settings as they are. Reads the mode of the key files, nothing else."""
    return [finding for check in CHECKS for finding in check()]


def check_debug() -> Iterator[CheckMessage]:
    """Debug pages show settings and source; never where others can reach them."""
    public = [host for host in settings.ALLOWED_HOSTS if host not in LOCAL_HOSTS]
    if settings.DEBUG and public:
        yield Error(
            f"Debug pages would be shown to everybody who reaches {public[0]}.",
            hint="Unset INTEGRATOR_DEBUG, or leave only localhost in INTEGRATOR_HOSTS.",
            id="integrator.E001",
        )


def check_hosts() -> Iterator[CheckMessage]:
    """A wildcard lets links in mails point to an attacker's host."""
    if "*" in settings.ALLOWED_HOSTS:
        yield Error(
            "INTEGRATOR_HOSTS allows every host name.",
            hint="Name the hosts under which people reach Integrator, comma-separated.",
            id="integrator.E002",
        )


def check_base_url() -> Iterator[CheckMessage]:
    """The address others use must be one, and agree with HTTPS_ONLY."""
    if not settings.BASE_URL:
        return
    parts = urlsplit(settings.BASE_URL)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path not in {"", "/"}:
        yield Error(
            "INTEGRATOR_BASE_URL is not the address of a site.",
            hint="Write it as https://flows.example.com, without a path.",
            id="integrator.E003",
        )
    elif settings.HTTPS_ONLY and parts.scheme == "http":
        yield Error(
            "Cookies are sent over HTTPS only, but the address begins with http: nobody could sign in.",
            hint="Set INTEGRATOR_BASE_URL to its https address, or unset INTEGRATOR_HTTPS_ONLY.",
            id="integrator.E004",
        )


def check_zone() -> Iterator[CheckMessage]:
    """Schedules that name no zone go by this one, so it must be one."""
    if settings.SCHEDULE_ZONE not in available_timezones():
        yield Error(
            f"INTEGRATOR_ZONE names no time zone: {settings.SCHEDULE_ZONE}.",
            hint="Write it as Europe/Vienna or UTC.",
            id="integrator.E006",
        )


def check_proxy() -> Iterator[CheckMessage]:
    """TLS ends at a proxy; without its word Django takes every call for plain HTTP."""
    if settings.HTTPS_ONLY and not settings.TRUSTED_PROXY:
        yield Warning(
            "HTTPS is expected, but the proxy's X-Forwarded-Proto is not believed.",
            hint="Set INTEGRATOR_TRUSTED_PROXY=1 when a reverse proxy that overwrites this header ends TLS.",
            id="integrator.W001",
        )


def check_services() -> Iterator[CheckMessage]:
    """Either both services or none: several processes need PostgreSQL and Redis, one process needs neither."""
    if is_postgresql() and settings.IS_EMBEDDED:
        yield Warning(
            "PostgreSQL without Redis: only the one process of manage.py up may run on it.",
            hint="Set REDIS_URL to run web, worker and beat as processes of their own.",
            id="integrator.W002",
        )
    if not is_postgresql() and not settings.IS_EMBEDDED:
        yield Warning(
            "Redis without PostgreSQL: SQLite takes one writing process only.",
            hint="Set DATABASE_URL to a PostgreSQL database, or unset REDIS_URL and use manage.py up.",
            id="integrator.W003",
        )


def check_key_files() -> Iterator[CheckMessage]:
    """Key files are for their owner alone."""
    paths = {Path(settings.SECRETS_KEY_PATH), Path(settings.SEAL_KEY_PATH), Path(settings.KEYS_DIR) / "django.key"}
    for path in sorted(paths):
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
        except FileNotFoundError:
            continue  # made with the right mode at first use
        hint = f"chmod 600 {path}; if others had access, rotate the key."
        if mode & stat.S_IRWXO:
            yield Error(
                f"Everybody on this machine can read the key file {path.name} (mode {mode:04o}).",
                hint=hint,
                id="integrator.E005",
            )
        elif mode & stat.S_IRWXG:
            yield Warning(
                f"The group of the key file {path.name} can read it (mode {mode:04o}).", hint=hint, id="integrator.W004"
            )


CHECKS: tuple[Callable[[], Iterator[CheckMessage]], ...] = (
    check_debug,
    check_hosts,
    check_base_url,
    check_zone,
    check_proxy,
    check_services,
    check_key_files,
)
