"""Whether this process lives and whether it is ready. Answers machines only, and tells a stranger nothing of use."""

from __future__ import annotations

import structlog
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis import Redis, RedisError

log = structlog.get_logger(__name__)
_seen_migrated = False


@require_safe
@never_cache
def answer_healthz(request: HttpRequest) -> JsonResponse:
    """200 while the process lives, whatever became of the rest."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def answer_readyz(request: HttpRequest) -> JsonResponse:
    """200 when the database answers and is migrated, else 503. Redis is told, not needed: intake goes on without."""
    database = check_database()
    parts = {"database": database}
    if not settings.IS_EMBEDDED:
        parts["redis"] = check_redis(settings.REDIS_URL)
    is_ready = database == "ok"
    return JsonResponse({"status": "ready" if is_ready else "not ready", **parts}, status=200 if is_ready else 503)


@require_safe
@never_cache
def answer_live(request: HttpRequest) -> HttpResponse:
    """204 for who is signed in, else 401: this server has no live pages (``integrator.live``), so pages ask."""
    return HttpResponse(status=204 if request.user.is_authenticated else 401)


def check_database() -> str:
    """``ok``, ``not migrated`` or ``unreachable``. One query, and the migration plan until it was seen empty once."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return "ok" if is_migrated() else "not migrated"
    except DatabaseError as error:
        log.warning("database unreachable", error=type(error).__name__)
        connection.close()
        return "unreachable"


def is_migrated() -> bool:
    """Whether every migration of this code is applied. Remembered once true: the code of a process does not change."""
    global _seen_migrated  # noqa: PLW0603  # one fact a process
    if not _seen_migrated:
        executor = MigrationExecutor(connection)
        _seen_migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _seen_migrated


def check_redis(url: str) -> str:
    """``ok`` or ``unreachable``, known within two seconds."""
    client = Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1)
    try:
        client.ping()
    except (RedisError, OSError):
        return "unreachable"
    finally:
        client.close()
    return "ok"
