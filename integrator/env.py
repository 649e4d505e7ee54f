"""Typed readers of environment variables. Each may come from a file named by ``NAME_FILE``. The one reader."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

# A network that swallows packets must not hold a worker: give up a connection that stays silent (seconds, ms for TCP).
POSTGRESQL_PATIENCE = {
    "connect_timeout": "5",
    "tcp_user_timeout": "20000",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
}

MAIL_PORTS = {"starttls": 587, "implicit": 465, "none": 25}


def read_text(name: str, default: str = "") -> str:
    """The variable's text, or the content of the file that ``NAME_FILE`` names, one trailing newline dropped."""
    path = os.environ.get(f"{name}_FILE")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").removesuffix("\n")
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE names {path}, which cannot be read: {error.strerror}.") from error
    return os.environ.get(name, default)


def read_flag(name: str, *, default: bool = False) -> bool:
    """``1 true yes on`` and ``0 false no off``; anything else is refused."""
    text = read_text(name).strip().lower()
    if not text:
        return default
    if text in {"1", "true", "yes", "on"}:
        return True
    if text in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {text!r}.")


def read_int(name: str, default: int, *, at_least: int = 0) -> int:
    """A whole number not below ``at_least``."""
    text = read_text(name).strip()
    try:
        number = int(text) if text else default
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {text!r}.") from error
    if number < at_least:
        raise ImproperlyConfigured(f"{name} must be at least {at_least}, not {number}.")
    return number


def read_list(name: str) -> tuple[str, ...]:
    """Comma-separated texts, blanks dropped."""
    return tuple(part.strip() for part in read_text(name).split(",") if part.strip())


def make_bucket_options(*, bucket: str, endpoint: str, region: str, key: str, secret: str) -> dict[str, object]:
    """Options of an S3-compatible bucket for its storage; empty without a bucket.

    Key and secret come together; without them the machine's own identity is used.
    """
    if not bucket:
        return {}
    if bool(key) != bool(secret):
        raise ImproperlyConfigured(
            "INTEGRATOR_FILES_S3_KEY and INTEGRATOR_FILES_S3_SECRET belong together: set both or neither."
        )
    return {
        "bucket_name": bucket,
        "endpoint_url": endpoint or None,
        "region_name": region or None,
        "access_key": key or None,
        "secret_key": secret or None,
        "addressing_style": "path",
        "default_acl": None,
    }


def make_mail_server(  # one keyword for each variable
    *, host: str, port: int, user: str, password: str, tls: str, sender: str
) -> dict[str, object]:
    """How mail is handed over: ``{host, port, user, password, tls, sender}``; empty without a host.

    ``tls`` is ``starttls``, ``implicit`` or ``none``; port 0 is the usual one of that.
    """
    if not host:
        return {}
    if tls not in MAIL_PORTS:
        raise ImproperlyConfigured(f"INTEGRATOR_EMAIL_TLS must be {', '.join(MAIL_PORTS)}, not {tls!r}.")
    if bool(user) != bool(password):
        raise ImproperlyConfigured(
            "INTEGRATOR_EMAIL_USER and INTEGRATOR_EMAIL_PASSWORD belong together: set both or neither."
        )
    if "@" not in sender:
        raise ImproperlyConfigured("INTEGRATOR_EMAIL_FROM must be the address that mails come from.")
    return {
        "host": host,
        "port": port or MAIL_PORTS[tls],
        "user": user,
        "password": password,
        "tls": tls,
        "sender": sender,
    }


def read_database(name: str, data_dir: Path, *, idle_transaction_s: int) -> dict[str, object]:
    """Django's database settings: ``postgres://user:password@host:port/name``, else SQLite under ``data_dir``.

    PostgreSQL ends a transaction that has been idle for ``idle_transaction_s``: a process that stands still in the
    middle of one would hold its locks for as long, and nobody could take over what it held.
    """
    text = read_text(name).strip()
    if not text:
        return {
            "ENGINE": "integrator.database.sqlite",
            "NAME": str(data_dir / "db.sqlite3"),
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
            },
        }
    parts = urlsplit(text)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(f"{name} must begin with postgres://, not {parts.scheme}://.")
    given = dict(parse_qsl(parts.query))
    patience = f"-c idle_in_transaction_session_timeout={idle_transaction_s}s"
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": parts.port or "",
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "prepare_threshold": 0,
            **POSTGRESQL_PATIENCE,
            **given,
            "options": f"{patience} {given.get('options', '')}".rstrip(),
        },
    }
