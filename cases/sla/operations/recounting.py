"""Counts open clocks anew after a change: one at once, many in the background, batch by batch, resumable."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from cases.inside import assert_in_transaction
from cases.models import SlaClock, SlaEntry, SlaRecount
from cases.sla.book import Book
from cases.sla.operations.keeping import keep_clocks_in, make_entry, set_moments
from cases.sla.operations.locking import lock_bare_in
from cases.sla.operations.sizing import size_budget
from cases.sla.operations.starting import facts_of
from cases.sla.operations.telling import tell_in
from integrator.events.actors import Actor
from integrator.events.log import record
from integrator.people.models import BusinessCalendar

BATCH = 1_000


def recount_clock_in(clock: SlaClock, *, why: str, actor: Actor, now: datetime, repick: bool = True) -> bool:
    """This will count one open clock anew, whose lock the caller holds, and say so; whether anything changed."""
    assert_in_transaction()
    book, entries = Book(), list[SlaEntry]()
    if not _recount(clock, book, repick=repick):
        return False
    noted = _note_in(clock, book, entries, why=why, actor=actor, now=now)
    keep_clocks_in([clock], entries)
    tell_in([clock], "sla.recomputed", actor=actor, data={"reason": why})
    if noted:
        tell_in([clock], "sla.annotated", actor=actor, data={"reason": why})
    return True


def ask_recount_in(  # noqa: PLR0913 - one keyword for each thing that a recount is limited by
    *,
    why: str,
    actor: Actor,
    now: datetime,
    teams: Collection[int] | None = None,
    subject: str = "",
    repick: bool = False,
    calendar: BusinessCalendar | None = None,
) -> SlaRecount | None:
    """This will have open clocks counted anew in the background; None when there are none.

    Only those of ``teams`` (None: of all) and of ``subject`` (empty: both); ``repick`` chooses their policies anew.
    """
    assert_in_transaction()
    job = SlaRecount(
        why=why[:300],
        actor=str(actor),
        calendar=calendar,
        teams=None if teams is None else sorted(teams),
        subject=subject,
        repick=repick,
        asked_at=now,
    )
    job.total = _list_open(job).count()
    if not job.total:
        return None
    job.save()
    return job


def recount_some(*, now: datetime, batch: int = BATCH) -> bool:
    """This will count the next batch of the oldest job anew, in one transaction; whether there may be more to do.

    Whoever is killed in between leaves the job as the last batch left it. Two callers never do the same batch.
    """
    with transaction.atomic(durable=True):
        rows = SlaRecount.objects.filter(ended_at__isnull=True).select_for_update(skip_locked=True, of=("self",))
        job = rows.order_by("id").first()
        if job is None:
            return False
        return _go_on_in(job, now, batch)


def _go_on_in(job: SlaRecount, now: datetime, batch: int) -> bool:
    rows = _list_open(job)
    if job.reached is not None:
        rows = rows.filter(pk__gt=job.reached)
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[:batch])
    if not ids:
        _end_in(job, now)
        return True
    found = lock_bare_in(ids)
    still_open = set(SlaClock.objects.filter(pk__in=ids, ended_at__isnull=True).values_list("pk", flat=True))
    held = next((place for place, key in enumerate(ids) if key in still_open and key not in found), len(ids))
    _recount_in(job, [found[key] for key in ids[:held] if key in found], now)
    if held:
        job.reached, job.done = ids[held - 1], job.done + held
        job.save(update_fields=["reached", "done", "changed"])
    return held == len(ids)


def _recount_in(job: SlaRecount, clocks: Iterable[SlaClock], now: datetime) -> None:
    book, changed, entries, noted = Book(), list[SlaClock](), list[SlaEntry](), list[SlaClock]()
    actor = Actor.parse(job.actor)
    for clock in clocks:
        if _recount(clock, book, repick=job.repick):
            changed.append(clock)
            if _note_in(clock, book, entries, why=job.why, actor=actor, now=now):
                noted.append(clock)
    if changed:
        keep_clocks_in(changed, entries)
        tell_in(noted, "sla.annotated", actor=actor, data={"reason": job.why})
    job.changed += len(changed)


def _end_in(job: SlaRecount, now: datetime) -> None:
    job.ended_at = now
    job.done = max(job.done, 0)
    job.save(update_fields=["ended_at"])
    record(
        "sla.recounted",
        actor=Actor.parse(job.actor),
        subject=("sla_recount", job.pk),
        data={"reason": job.why, "total": job.done, "changed": job.changed},
    )


def _list_open(job: SlaRecount) -> QuerySet[SlaClock]:
    rows = SlaClock.objects.filter(ended_at__isnull=True).order_by()
    if job.teams is not None:
        rows = rows.filter(team_id__in=job.teams)
    return rows.filter(**{f"{job.subject}__isnull": False}) if job.subject else rows


def _recount(clock: SlaClock, book: Book, *, repick: bool) -> bool:
    """This will give the clock the policy and the budget of now; whether what it shows is different."""
    before = (clock.policy_id, clock.is_working_time, clock.budget_s, clock.due_at, clock.next_at, clock.warn_at)
    if repick:
        policy = book.choose(facts_of(clock)).policy
        clock.policy_id = policy.id if policy is not None else None
    size_budget(clock, book)
    set_moments(clock, book)
    after = (clock.policy_id, clock.is_working_time, clock.budget_s, clock.due_at, clock.next_at, clock.warn_at)
    return before != after


def _note_in(clock: SlaClock, book: Book, entries: list[SlaEntry], *, why: str, actor: Actor, now: datetime) -> bool:
    """The line of the ledger, and another one where a breach that was told would not have been."""
    entries.append(make_entry(clock, "recomputed", book, at=now, actor=actor, why=why))
    is_early = clock.breached_at is not None and clock.due_at is not None and clock.due_at > clock.breached_at
    if is_early:
        words = "As it is counted now it would not have been late then; what was told stays told."
        entries.append(make_entry(clock, "annotated", book, at=now, actor=actor, why=words))
    return is_early
