"""One process of part (c): waits for "go", works until no timer is due, prints when it began, ended and how many."""

from __future__ import annotations

import json
import os
import sys
import time

_CLAIM = """
SELECT id FROM timers_timer WHERE handler = 'flows.wait' AND due_at <= now()
ORDER BY due_at, id LIMIT 5000 FOR UPDATE SKIP LOCKED
"""
_DELETE = f"DELETE FROM timers_timer WHERE id = ANY(ARRAY({_CLAIM}))"  # noqa: S608 - made of literals alone


def main(how: str) -> None:
    """``fire`` calls the product; ``delete`` does the bare loop on the same driver."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "integrator.settings")
    import django  # lazy: the settings have to be named first

    django.setup()
    from django.conf import settings  # lazy: see above
    from django.db import connection, transaction  # lazy: see above
    from django.utils.module_loading import import_string  # lazy: see above

    from flows.engine.bells import ring_runs  # lazy: see above
    from integrator.timers.firing import fire_due_timers  # lazy: see above

    def delete() -> int:
        with connection.cursor() as cursor:
            cursor.execute(_DELETE)
            return int(cursor.rowcount)

    def claim_and_delete() -> int:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_CLAIM)
            ids = [row[0] for row in cursor.fetchall()]
            cursor.execute("DELETE FROM timers_timer WHERE id = ANY(%s)", [ids])
            return len(ids)

    work = {"fire": fire_due_timers, "loop": claim_and_delete, "delete": delete}[how]
    for path in settings.TIMER_HANDLERS.values():  # a worker has them long since, and has rung before
        import_string(path)
    with transaction.atomic():
        ring_runs()
    print("ready", flush=True)
    sys.stdin.readline()
    began, fired = time.time(), 0
    while done := work():
        fired += done
    print(json.dumps({"began": began, "ended": time.time(), "fired": fired}))


if __name__ == "__main__":
    main(sys.argv[1])
