"""Occasions become runs: claim the row, ask the trigger with no transaction open, start and delete it in one.

A worker that dies leaves its lease behind; another takes the row up when it is over. One that loses the database gives
the row back, which then counts as not tried. Triggers that call outside have some of the places, so that others that
hang keep no clock waiting.
"""

from __future__ import annotations

import json
import logging
import threading
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from flows.definition.effect import choose_environment
from flows.definition.kind import StepError
from flows.definition.trigger import Fired, Firing, TriggerKind, TriggerSpec
from flows.engine.connections import get_connection_facts, resolve_connection
from flows.engine.faults import reach
from flows.errors import CallRefused
from flows.models import Trigger, TriggerFiring, TriggerState
from flows.operations.intake.listeners import compile_version
from flows.operations.intake.reading import read_call, veil_call
from flows.operations.triggering.landing import Landing, land_items_in, start_run_in, veil_refusal
from flows.operations.triggering.landing_each import land_each
from flows.operations.triggering.outcomes import note_failure_in, note_success_in
from flows.operations.triggering.returning import give_back, let_go
from flows.registry import get_trigger, trigger_specs
from integrator.database.clock import get_database_now
from integrator.database.errors import is_passing
from integrator.events.models import Event
from integrator.events.queries import describe_events
from integrator.lib.clock import to_rfc3339
from integrator.lib.veil import veiled
from integrator.secrets.errors import SecretMissing, SecretUnreadable
from integrator.secrets.store import resolve_secrets

logger = logging.getLogger(__name__)
GRACE_S = 30.0
CALL_S = 30.0
TRIES = 3
CALLS_AT_ONCE = 4  # a process; fewer than the loop has threads
LANDED_AT_ONCE = 100  # a transaction; only where keys tell items apart may an occasion take several


_CALLS = threading.BoundedSemaphore(CALLS_AT_ONCE)


def fire_next() -> bool:
    """This will act on the occasion that waits longest, if there is a place for it; False when there is none.

    Raises errors of the database that pass by themselves; the occasion is then taken up again.
    """
    give_back()
    may_call = _CALLS.acquire(blocking=False)
    try:
        firing = _claim(may_call=may_call)
        if firing is None:
            return False
        try:
            return _act_on(firing)
        except Exception as error:
            if is_passing(error):
                let_go(firing)
            raise
    finally:
        if may_call:
            _CALLS.release()


def _act_on(firing: TriggerFiring) -> bool:
    reach("trigger_claimed")
    trigger = Trigger.objects.select_related("flow__live_version", "flow__team").get(pk=firing.trigger_id)
    flow = trigger.flow
    if not trigger.is_live or flow.paused_at is not None or flow.live_version is None:
        TriggerFiring.objects.filter(pk=firing.pk).delete()
        return True
    kind = get_trigger(trigger.kind)
    now = get_database_now()
    try:
        fired = _ask(kind, trigger, firing, now)
        reach("trigger_asked")
        _land(trigger, firing, fired, now)
    except StepError as error:
        _fail(trigger, firing, error, now)
    except CallRefused as error:
        _fail(trigger, firing, _as_step_error(error), now)
    return True


def _claim(*, may_call: bool) -> TriggerFiring | None:
    calling = [] if may_call else [spec.key for spec in trigger_specs().values() if _calls_outside(spec)]
    with transaction.atomic():
        now = get_database_now()
        rows = TriggerFiring.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
        firing = (
            rows.filter(Q(lease_until__isnull=True) | Q(lease_until__lt=now))
            .exclude(trigger__kind__in=calling)
            .select_related("trigger")
            .order_by("id")
            .first()
        )
        if firing is None:
            return None
        firing.lease_until = now + timedelta(seconds=_measure_lease(firing.trigger))
        firing.tries += 1
        firing.save(update_fields=["lease_until", "tries"])
        return firing


def _measure_lease(trigger: Trigger) -> float:
    """Seconds after which a worker is given up: the call's time limit and some more for one that calls outside."""
    if not _calls_outside(get_trigger(trigger.kind).spec):
        return float(settings.LEASE_S)
    written = trigger.settings.get("timeout_s")
    return (float(written) if isinstance(written, int | float) else CALL_S) + GRACE_S


def _calls_outside(spec: TriggerSpec) -> bool:
    return any(setting.name == "timeout_s" for setting in spec.settings)


def _ask(kind: TriggerKind, trigger: Trigger, firing: TriggerFiring, now: datetime) -> Fired:
    if firing.tries > TRIES:
        raise StepError(
            "trigger.worker_lost",
            "Each worker that acted on this ended before it was done, so it is left out. The details are in the "
            "server's log.",
        )
    team_id = trigger.flow.team_id
    environment = choose_environment("", trigger.settings, is_test=False)
    occasion = Firing(
        settings=trigger.settings,
        flow=trigger.flow.key,
        team=trigger.flow.team.slug,
        team_id=team_id,
        zone=settings.SCHEDULE_ZONE,
        now=now,
        state=_read_kept(trigger),
        planned_at=firing.planned_at,
        event=_read_event(firing.event_id, trigger.flow.team.slug) if firing.event_id is not None else None,
        connection_of=lambda key: get_connection_facts(team_id, key, environment),
        resolve_connection=lambda key: resolve_connection(team_id, key, environment),
        resolve_secret=lambda name: _read_secret(team_id, name),
        outbound_allow=tuple(settings.OUTBOUND_ALLOW),
    )
    try:
        return kind.fire(occasion)
    except StepError:
        raise
    except Exception as error:
        if is_passing(error):
            raise
        logger.exception("trigger %s of %s failed", trigger.kind, trigger.flow.key)
        raise StepError(
            "trigger.broken",
            "It could not be worked out because of a fault in the product. The details are in the server's log.",
        ) from error


def _read_secret(team_id: int, name: str) -> str:
    try:
        return resolve_secrets(team_id, name)[0]
    except (SecretMissing, SecretUnreadable) as error:
        raise StepError("trigger.secret_missing", error.message) from error


def _land(trigger: Trigger, firing: TriggerFiring, fired: Fired, now: datetime) -> None:
    """Start what was found, remember where the trigger stands and end the occasion; the last with the last runs."""
    items = [start for start in fired.starts if start.is_item]
    others = [start for start in fired.starts if not start.is_item]
    flow = trigger.flow
    version = flow.live_version
    if version is None:
        return
    version.flow = flow
    landing = Landing(trigger=trigger, version=version, now=now, depth=firing.depth)
    reading = compile_version(version.pk)
    started = 0
    if any(item.position is not None for item in items):
        landed = land_each(landing, items, holds=lambda: _holds_on(firing), keep_in=lambda at: _keep_in(trigger, at))
        if landed is None:
            return
        started, items = landed, []
    while reading.dedupe is not None and len(items) > LANDED_AT_ONCE:
        with transaction.atomic(durable=True):
            if not _holds(firing):
                return
            started += land_items_in(landing, items[:LANDED_AT_ONCE])
        items = items[LANDED_AT_ONCE:]
    with transaction.atomic(durable=True):
        if not _holds(firing):
            return
        started += land_items_in(landing, items)
        for start in others:
            call = landing.call_of(start)
            with veiled(veil_call(reading, call)):
                try:
                    facts = read_call(reading, call, message_id=None)
                except CallRefused as error:
                    raise veil_refusal(error) from error
                start_run_in(landing, call, facts, is_kept=False, files=start.files)
            started += 1
        note_success_in(trigger, kept=_make_kept(trigger, fired.state), has_started=started > 0, now=now)
        firing.delete()
    reach("trigger_landed")


def _keep_in(trigger: Trigger, position: Any) -> None:
    TriggerState.objects.filter(pk=trigger.pk).update(kept=_make_kept(trigger, position))


def _holds(firing: TriggerFiring) -> bool:
    """Whether the occasion is still this worker's, locking it."""
    rows = TriggerFiring.objects.select_for_update(no_key=True).filter(pk=firing.pk, tries=firing.tries)
    return rows.order_by().first() is not None


def _holds_on(firing: TriggerFiring) -> bool:
    """The same, and with its lease counted anew: each item may take its time."""
    lease_until = get_database_now() + timedelta(seconds=GRACE_S)
    return _holds(firing) and bool(TriggerFiring.objects.filter(pk=firing.pk).update(lease_until=lease_until))


def _fail(trigger: Trigger, firing: TriggerFiring, error: StepError, now: datetime) -> None:
    with transaction.atomic(durable=True):
        if _holds(firing):
            note_failure_in(trigger, error, now=now)
            firing.delete()


def _as_step_error(error: CallRefused) -> StepError:
    return StepError(
        "trigger.start_refused",
        f"What it would start a run with does not fit: {error.reason}. Mend the flow, and publish it again.",
        details={"errors": error.errors},
    )


def _read_kept(trigger: Trigger) -> Any:
    """What the trigger remembers, None once the settings it belongs to were changed."""
    state = TriggerState.objects.filter(pk=trigger.pk).first()
    kept = state.kept if state is not None else None
    if not isinstance(kept, dict) or kept.get("of") != _tell_remembered(trigger):
        return None
    return kept["value"]


def _make_kept(trigger: Trigger, value: Any) -> Any:
    return None if value is None else {"of": _tell_remembered(trigger), "value": value}


def _tell_remembered(trigger: Trigger) -> str:
    names = get_trigger(trigger.kind).spec.remembers_for
    return json.dumps([trigger.kind, {name: trigger.settings.get(name) for name in names}], sort_keys=True)


def _read_event(event_id: int, team: str) -> dict[str, Any] | None:
    """The event as a run gets it; None when it was removed meanwhile."""
    found = describe_events(Event.objects.filter(pk=event_id).select_related("payload"))
    if not found:
        return None
    row = found[0]
    return {
        "id": row.id,
        "name": row.name,
        "at": to_rfc3339(row.at),
        "actor": row.actor,
        "summary": row.summary,
        "subject": {"type": row.subject_type, "id": row.subject_id},
        "data": row.data,
        "changes": {name: list(pair) for name, pair in row.changes.items()},
        "team": team,
        "correlation": row.correlation,
    }
