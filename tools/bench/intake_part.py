"""Part (a): webhooks taken in with signature, schema and dedupe, against a bare view with one INSERT, same server.

Both get the same bytes over the same number of kept connections; the workers stand still meanwhile.
"""

from __future__ import annotations

import base64
import contextlib
import secrets
import sys

from django.db import connection

from flows.models import Signal
from tests.support.processes import run_command
from tools.bench.crowd import get_elapsed_s, run_crowd
from tools.bench.report import Comparison, measure_in_turns
from tools.bench.stand import Stand, start_web

REQUESTS = 4_000
CALLERS = 2
CONNECTIONS = 8  # a caller
FLOW = """\
format: 1
flow: bench-intake
name: Bench of intake
team: marketing
trigger:
  kind: webhook
  path: bench-intake
  auth: {kind: standard_webhooks, secret: bench}
  schema:
    type: object
    required: [request_id, title, amount]
    properties:
      request_id: {type: string, minLength: 1}
      title: {type: string, maxLength: 500}
      amount: {type: integer, minimum: 0}
      tags: {type: array, items: {type: string}}
  dedupe: "= body.request_id"
steps:
  keep:
    kind: set
    with: {title: "= trigger.body.title"}
"""


def measure_intake(stand: Stand, *, rounds: int) -> Comparison:
    """Measure both servers in turns; a request that is not answered 202 ends the bench."""
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
    run_command("set_secret", "bench", "--team", "marketing", env=stand.env, stdin=secret)
    path = stand.folder / "intake.yaml"
    path.write_text(FLOW)
    run_command("import_flow", str(path), "--publish", env=stand.env)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_bare (id uuid PRIMARY KEY, body text NOT NULL)")
    with contextlib.ExitStack() as stack:
        bare_env = {**stand.env, "DJANGO_SETTINGS_MODULE": "tools.bench.bare_settings"}
        bare_web = start_web(stack, bare_env, stand.folder)
        stack.enter_context(stand.workers_halted())
        ports = {"ours": _port(stand.web.url if stand.web else ""), "bare": _port(bare_web.url)}
        for port in ports.values():
            _hammer(stand, port, secret, requests=300)
        ours, bare = measure_in_turns(
            lambda: _hammer(stand, ports["ours"], secret, requests=REQUESTS),
            lambda: _hammer(stand, ports["bare"], secret, requests=REQUESTS),
            rounds=rounds,
        )
        Signal.objects.filter(run__flow__key="bench-intake").delete()  # nobody needs these runs to go on
    return Comparison(
        name="(a) webhooks taken in: signature, schema, dedupe",
        unit="requests",
        ours=ours,
        bare=bare,
        bare_name="one INSERT by plain SQL, no middleware",
        aim=0.5,
    )


def _hammer(stand: Stand, port: str, secret: str, *, requests: int) -> float:
    words = ["tools.bench.hammer", port, "/hooks/bench-intake", secret, str(CONNECTIONS), str(requests // CALLERS)]
    figures = run_crowd(*[words] * CALLERS, env=stand.env)
    refused = {status for each in figures for status in each["refused"]}
    if refused:
        sys.exit(f"bench: some requests were answered {' '.join(sorted(refused))} by the server on port {port}.")
    return float(sum(each["accepted"] for each in figures) / get_elapsed_s(figures))


def _port(url: str) -> str:
    return url.rpartition(":")[2]
