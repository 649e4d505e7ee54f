"""What goes wrong in systems like this one, row by row: the tests that hold us to better, or why there is none yet."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, kw_only=True)
class Row:
    """A test is ``path::Class`` or ``path::Class::test`` beneath ``tests``; ``missing`` says what has no test."""

    hazard: str
    tests: tuple[str, ...] = ()
    missing: str = ""


LATER_LINKS = "There are no action links yet: people decide in the pages and over the API only."

ROWS = (
    # --- what decides the outcome
    Row(
        hazard="A broker is not durable; emptied in mid-run it loses nothing (kombu#305, #1836, celery#7950, #4354)",
        tests=("kill/test_redis.py::TestRedis::test_emptied_in_mid_run_loses_nothing",),
    ),
    Row(
        hazard="Unacked work is redelivered after the visibility timeout: no eta, countdown, long job (kombu#337)",
        tests=("hazards/test_queue.py::TestSettings::test_no_job_takes_anything_but_ids",),
    ),
    Row(
        hazard="A crash between commit and enqueue: the ready row itself is the outbox",
        tests=(
            "kill/test_fault_points.py::TestOneOfTwoWorkersKilled",
            "kill/test_redis.py::TestRedis::test_gone_together_with_beat_stops_nobody",
        ),
    ),
    Row(
        hazard="Effects are at-least-once; the recorded outcome is exactly-once under a stable idempotency key",
        tests=(
            "kill/test_fault_points.py::TestEmbeddedKilled",
            "kill/test_unknown_effects.py::TestCallCutOff",
            "flows/engine/test_effects.py::TestLostSender",
        ),
    ),
    Row(
        hazard="A slow worker is as dangerous as a dead one: stopped past the lease, then continued",
        tests=(
            "kill/test_stopped_worker.py::TestWorkerStoppedPastItsLease",
            "flows/engine/test_leases.py::TestLease::test_a_slow_worker_lands_nothing_after_its_lease_was_taken",
        ),
    ),
    Row(hazard="Mail scanners run real browsers: GET shows, POST decides", missing=LATER_LINKS),
    Row(
        hazard="Low-code tools die by their expression engine (CVE-2025-68613, CVE-2026-25049, CVE-2026-1470)",
        tests=("hazards/test_expressions.py::TestExpressions", "hazards/test_expressions.py::TestANeighbour"),
    ),
    Row(
        hazard="Content-type confusion at intake (CVE-2026-21858)",
        tests=(
            "flows/inbound/test_hooks.py::TestRefusing::test_takes_no_other_types_charsets_and_encodings",
            "flows/inbound/test_hooks.py::TestRefusing::test_refuses_what_is_no_strict_json",
            "flows/inbound/test_forms.py::TestBase64::test_leaves_json_that_looks_like_an_upload_what_it_is",
            "flows/inbound/test_forms.py::TestMultipart::test_refuses_words_where_a_file_belongs",
        ),
    ),
    Row(
        hazard="Requests forged from the server: check the resolved address at connect, each hop",
        tests=("hazards/test_outbound.py::TestInnerAddresses", "hazards/test_outbound.py::TestBadAddresses"),
    ),
    Row(
        hazard="A hash chain alone does not show a cut tail, a rewrite or a restored old backup",
        tests=("hazards/test_event_log.py::TestExportedSeals", "hazards/test_event_log.py::TestGuard"),
    ),
    # --- known losses and lies
    Row(
        hazard="celery#8030, #10205: a worker alive but deaf after Redis came and went",
        tests=("hazards/test_deaf_worker.py::TestDeafWorker",),
    ),
    Row(
        hazard="celery#3541, #1789: kill -9 in mid-step: resumed within lease + 10 s, nothing doubled",
        tests=(
            "kill/test_fault_points.py::TestOneOfTwoWorkersKilled::test_the_other_one_takes_over",
            "kill/test_fault_points.py::TestEmbeddedKilled::test_goes_on_after_its_restart",
            "kill/test_loops.py::TestKilledInALoopOfCalls",
            "kill/test_loops.py::TestLongLoop",
            "kill/test_subflows.py::TestAWorkerKilledAmongSubflows",
        ),
    ),
    Row(
        hazard="celery#2856, django-celery-beat#558: two beats run: each timer fires once",
        tests=(
            "integrator/timers/test_firing.py::TestFireDueTimers",
            "kill/test_triggers.py::TestSchedulesUnderTwoWorkers",
            "kill/test_whole_group.py::TestWholeGroup::test_replaced_one_by_one_beside_two_beats_loses_no_time",
        ),
    ),
    Row(
        hazard="n8n#6867, #7470: answered 2xx and the data was gone: 2xx means committed",
        tests=(
            "kill/test_database_crash.py::TestDatabaseCrash",
            "hazards/test_webhooks.py::TestTwoHundredsMeanCommitted",
        ),
    ),
    Row(
        hazard="n8n#23807: restart rewrote final states",
        tests=(
            "flows/engine/test_waiting.py::TestBranches::test_a_final_state_never_changes",
            "kill/test_fault_points.py::TestEmbeddedKilled",
        ),
    ),
    Row(
        hazard="n8n#14286, kestra#10657, #7880: queued for months, limits leaked: slots repair themselves",
        tests=("flows/engine/test_effects_at_edges.py::TestSlots", "flows/engine/test_effects.py::TestHostSlots"),
    ),
    Row(
        hazard="n8n PR#3531: waiting runs did not continue after an upgrade",
        tests=(
            "kill/test_whole_group.py::TestWholeGroup::test_replaced_one_by_one_beside_two_beats_loses_no_time",
            "unit/flows/engine/test_planner.py::TestScopes::test_survives_being_stored",
        ),
        missing="Only the same version is restarted: there is no earlier release to upgrade from.",
    ),
    Row(
        hazard="camunda#9680, PR#63687, PR#17176: repeating timers fire twice after restart, or doubled",
        tests=("kill/test_triggers.py::TestSchedulesUnderTwoWorkers",),
    ),
    Row(
        hazard="windmill#2639: an approval inside a branch was skipped, or parked the flow for ever",
        tests=("unit/flows/engine/test_planner.py::TestAll::test_counts_a_parked_branch_as_live",),
    ),
    Row(
        hazard="n8n#27053, #37895: join fired early or never when a branch was skipped",
        tests=(
            "unit/flows/engine/test_planner.py::TestAll",
            "unit/flows/engine/test_planner.py::TestAnyOrder::test_nested_scopes_always_end",
        ),
    ),
    # --- faults to survive under load
    Row(
        hazard="kill -9 of one worker and of the whole group",
        tests=(
            "kill/test_fault_points.py::TestOneOfTwoWorkersKilled",
            "kill/test_whole_group.py::TestWholeGroup::test_killed_at_once_costs_no_more_than_its_leases",
        ),
    ),
    Row(
        hazard="SIGTERM rolling restart",
        tests=(
            "kill/test_whole_group.py::TestWholeGroup::test_replaced_one_by_one_beside_two_beats_loses_no_time",
            "integrator/test_modes.py::TestUp::test_becomes_ready_answers_and_ends_in_time",
        ),
    ),
    Row(
        hazard="Redis emptied, down, flapping; no beat",
        tests=("kill/test_redis.py::TestRedis", "hazards/test_deaf_worker.py::TestDeafWorker"),
    ),
    Row(
        hazard="PostgreSQL crashed at random: 2xx only after commit",
        tests=("kill/test_database_crash.py::TestDatabaseCrash::test_nothing_accepted_is_lost",),
    ),
    Row(
        hazard="Connections used up; disk full",
        tests=("flows/engine/test_failing_landings.py::TestDatabaseThatFails",),
        missing="Simulated as a database that refuses; a real full disk and a real connection limit are not.",
    ),
    Row(
        hazard="A target that hangs, answers 500, 429 with Retry-After, resets in mid-body, sends 10 GB",
        tests=(
            "flows/connectors/http/test_sender.py::TestFailures",
            "hazards/test_outbound.py::TestAnswersThatHoldASlot",
            "use_cases/test_hw_4.py::TestFailingCallBack",
        ),
    ),
    Row(
        hazard="A worker killed while it hands over a mail: the mail goes out all the same, under one Message-ID",
        tests=("kill/test_mail.py::TestKilledInMidDelivery",),
    ),
    Row(
        hazard="A step that kills its worker is quarantined",
        tests=("kill/test_poison.py::TestPoisonRun", "flows/engine/test_leases.py::TestQuarantine"),
    ),
    Row(
        hazard="Clock forward and back one hour: database time decides",
        tests=("hazards/test_clock.py::TestClockAnHourOff", "flows/engine/test_effects_at_edges.py::TestLeaseOfACall"),
        missing="The clock of the database's own machine is not moved in tests.",
    ),
    Row(
        hazard="50 parallel claims or decisions on one task: one winner, the others 409",
        tests=(
            "cases/operations/test_at_once.py::TestDecisionsAtOnce::test_have_one_winner_of_whom_all_others_are_told",
            "cases/operations/test_at_once.py::TestClaimsAtOnce::test_have_one_winner_of_whom_all_others_are_told",
            "cases/api/test_at_once.py::TestFiftyDecisions::test_have_one_winner",
        ),
    ),
    Row(
        hazard="Power lost while an answer can still be undone: it counts exactly once, or not where it was undone",
        tests=("kill/test_undo.py::TestAnswersThatCanBeUndone",),
    ),
    Row(
        hazard="The same webhook 100 times in parallel: one run",
        tests=(
            "hazards/test_webhooks.py::TestTheSameWebhookManyTimes",
            "use_cases/test_hw_1.py::TestDuplicateDelivery::test_twenty_at_once_make_one_case",
        ),
    ),
    Row(
        hazard="Messages out of order or before the case waits for them: parked, not dropped",
        tests=(
            "hazards/test_messages.py::TestPairsOfMessageAndWait",
            "hazards/test_messages.py::TestPairsEmbedded",
            "flows/operations/messages/test_publishing.py::TestPublish::test_keeps_what_comes_before_its_run",
            "flows/operations/messages/test_publishing.py::TestLateMessages",
            "flows/operations/intake/test_routing.py::TestFeed",
        ),
    ),
    # --- security cases
    Row(
        hazard="outbound: addresses in every spelling, redirects, rebinding, bad schemes",
        tests=("hazards/test_outbound.py::TestInnerAddresses", "hazards/test_outbound.py::TestBadAddresses"),
    ),
    Row(
        hazard="outbound: slow drip, gzip bomb, endless body",
        tests=("hazards/test_outbound.py::TestAnswersThatHoldASlot",),
    ),
    Row(
        hazard="signatures: replay, clock, prefix, wrong secret, re-serialised body, dot in the id, many, rotation",
        tests=(
            "hazards/test_signatures.py::TestSignatures",
            "unit/integrator/lib/signing/test_json_web_token.py::TestAlgorithm",
            "flows/inbound/test_authentication.py::TestSigned",
            "flows/inbound/test_authentication.py::TestRotation",
        ),
    ),
    Row(
        hazard="expressions: dunder chains, template tags, __proto__, 9**9**9, deep nesting, (a+)+$, recursion",
        tests=("hazards/test_expressions.py::TestExpressions", "hazards/test_expressions.py::TestANeighbour"),
    ),
    Row(
        hazard="XML, zip: entity bombs, paths, ratios",
        tests=("unit/flows/connectors/http/test_xml.py::TestParseXml", "hazards/test_uploads.py::TestUploads"),
        missing="Archives are kept as they come and never unpacked, so paths and ratios inside them do nothing.",
    ),
    Row(
        hazard="uploads: scripts in pictures, polyglots, path tricks, names that turn, pixel floods, archives",
        tests=("hazards/test_uploads.py::TestUploads", "unit/integrator/files/test_names.py::TestCleanName"),
    ),
    Row(
        hazard="htmx: text of others with hx-get; POST without the token but with HX-Request; fragments; Vary",
        tests=(
            "hazards/test_htmx.py::TestTextOfOthers",
            "hazards/test_htmx.py::TestFragments",
            "hazards/test_htmx.py::TestHtmxItself",
            "integrator/test_middleware.py::TestForms::test_are_refused_without_their_token_though_htmx_sends_them",
            "integrator/test_middleware.py::TestCaching::test_tells_pages_from_fragments",
            "integrator/test_middleware.py::TestContentSecurityPolicy",
        ),
    ),
    Row(hazard="links: used twice, late, after reassignment, by another", missing=LATER_LINKS),
    Row(
        hazard="objects: every address as stranger, other team, viewer, deactivated",
        tests=(
            "hazards/test_addresses.py::TestEveryAddress",
            "hazards/test_addresses.py::TestRights",
            "hazards/test_personas.py::TestEveryPage",
            "integrator/people/test_route_rights.py::TestEveryAddress",
            "flows/api/test_rights.py::TestEveryAddress",
            "flows/views/test_access.py::TestPages",
            "flows/views/test_access.py::TestChanges",
        ),
    ),
    Row(
        hazard="business: requester approves own request; mass assignment",
        tests=(
            "hazards/test_business.py::TestOwnRequest",
            "hazards/test_business.py::TestMassAssignment",
            "cases/operations/test_deciding.py::TestOwnRequest",
            "flows/api/test_runs.py::TestCancelRun::test_takes_no_other_member",
            "flows/api/test_flows.py::TestImportFlow::test_refuses_other_members",
        ),
        missing="Approving on a document that changed meanwhile: there are no documents yet.",
    ),
    Row(
        hazard="queue: pickle or a forged message in Redis",
        tests=("hazards/test_queue.py::TestForgedMessages", "hazards/test_queue.py::TestSettings"),
    ),
    Row(
        hazard="secrets: planted, then searched in answers, logs, exports, events, errors, database, Redis",
        tests=(
            "hazards/test_markers.py::TestMarkers",
            "hazards/test_sensitive.py::TestSensitiveFields",
            "hazards/test_sensitive_ways_round.py::TestSensitiveValues",
        ),
    ),
    Row(
        hazard="exports: a formula in a title, then CSV",
        tests=(
            "unit/integrator/lib/test_csv_safe.py::TestSafeCell",
            "integrator/events/test_export.py::TestExportEvents::test_leaves_no_formula_in_csv",
        ),
    ),
)


@cache
def list_tests(path: str) -> frozenset[str]:
    """``Class`` and ``Class::test`` of every test in the file."""
    found = set()
    for node in ast.parse((TESTS / path).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef):
            names = [item.name for item in node.body if isinstance(item, ast.FunctionDef)]
            tests = [name for name in names if name.startswith("test_")]
            found |= {f"{node.name}::{name}" for name in tests} | ({node.name} if tests else set())
    return frozenset(found)


class TestIndex:
    @pytest.mark.parametrize("row", ROWS, ids=lambda row: row.hazard[:40])
    def test_names_tests_that_exist_or_says_why_there_is_none(self, row: Row) -> None:
        assert row.tests or row.missing
        for name in row.tests:
            path, _, test = name.partition("::")
            assert (TESTS / path).is_file(), name
            assert test in list_tests(path), name

    def test_lists_each_hazard_once(self) -> None:
        hazards = [row.hazard for row in ROWS]
        assert len(set(hazards)) == len(hazards)

    def test_misses_no_file_of_kill_and_hazard_tests(self) -> None:
        named = {name.partition("::")[0] for row in ROWS for name in row.tests}
        here = {
            f"{folder}/{path.name}" for folder in ("kill", "hazards") for path in (TESTS / folder).glob("test_*.py")
        }
        assert here - named == {"hazards/test_index.py"}
