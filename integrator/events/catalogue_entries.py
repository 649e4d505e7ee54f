"""The literal list of events: (name, label, sentence, fields, sample). ``catalogue.py`` says how they read."""

from __future__ import annotations

from integrator.events.approval_entries import APPROVALS
from integrator.events.catalogue_alerts import ALERTS
from integrator.events.catalogue_cases import CASES
from integrator.events.catalogue_forms import FORMS
from integrator.events.catalogue_intake import INTAKE
from integrator.events.catalogue_publishing import PUBLISHING
from integrator.events.catalogue_tasks import TASK_LIFE
from integrator.events.people_entries import PEOPLE
from integrator.events.seeing_entries import SEEING
from integrator.events.sla_entries import SLA
from integrator.events.trigger_entries import TRIGGERS, Entry

_PEOPLE: tuple[Entry, ...] = ()

_DESIGN: tuple[Entry, ...] = (
    ("secret.set", "Secret set", "{actor} set the secret[ {name}]", "name:text", {"name": "portal-hmac"}),
    (
        "secret.renamed",
        "Secret renamed",
        "{actor} renamed the secret[ {old_name}][ to {name}]",
        "name:text old_name:text",
        {"name": "portal-hmac", "old_name": "portal"},
    ),
    ("secret.removed", "Secret removed", "{actor} removed the secret[ {name}]", "name:text", {"name": "portal-hmac"}),
    (
        "secret_key.rotated",
        "Encryption key rotated",
        "{actor} rotated the key[ of the {key}]",
        "key:text",
        {"key": "secrets"},
    ),
    ("connection.added", "Connection added", "{actor} added the connection[ {name}]", "name:text", {"name": "erp"}),
    (
        "connection.changed",
        "Connection changed",
        "{actor} changed the connection[ {name}]",
        "name:text",
        {"name": "erp"},
    ),
    (
        "connection.removed",
        "Connection removed",
        "{actor} removed the connection[ {name}]",
        "name:text",
        {"name": "erp"},
    ),
    (
        "connection.approved",
        "Connection approved",
        "{actor} approved the connection[ {name}]",
        "name:text",
        {"name": "erp"},
    ),
    (
        "connection.tested",
        "Connection tested",
        "{actor} tested the connection[ {name}][: {result}]",
        "name:text result:text",
        {"name": "erp", "result": "200 OK"},
    ),
    (
        "connection.token_failing",
        "Connection about to fail",
        "The connection[ {name}] gets no new token[: {message}]",
        "name:text message:text",
        {"name": "erp", "message": "The approval has ended or was taken back. Approve the connection again."},
    ),
    ("flow.imported", "Flow imported", "{actor} imported the flow[ {flow}]", "flow:text", {"flow": "invoice"}),
    ("flow.exported", "Flow exported", "{actor} exported the flow[ {flow}]", "flow:text", {"flow": "invoice"}),
    ("flow.added", "Flow added", "{actor} began the flow[ {flow}]", "flow:text", {"flow": "invoice"}),
    ("flow.drafted", "Draft changed", "{actor} changed the draft[ of {flow}]", "flow:text", {"flow": "invoice"}),
    (
        "flow.draft_discarded",
        "Draft thrown away",
        "{actor} threw the draft[ of {flow}] away",
        "flow:text revision:integer",
        {"flow": "invoice", "revision": 12},
    ),
    (
        "flow.published",
        "Flow published",
        "{actor} published[ version {version}][ of {flow}]",
        "flow:text version:integer",
        {"flow": "invoice", "version": 3},
    ),
    (
        "flow.sample_pinned",
        "Sample taken",
        "{actor} took a sample for the design[ of {flow}][ from {source}]",
        "flow:text source:text step:text request:text run:text",
        {"flow": "invoice", "source": "request", "request": "0198c0de-0000-7000-8000-000000000001"},
    ),
    (
        "flow.listening_started",
        "Listening started",
        "{actor} listens for the next call[ to {flow}]",
        "flow:text until:text",
        {"flow": "invoice", "until": "2026-05-01T09:40:00Z"},
    ),
    ("flow.paused", "Flow paused", "{actor} paused the flow[ {flow}]", "flow:text", {"flow": "invoice"}),
    ("flow.resumed", "Flow resumed", "{actor} resumed the flow[ {flow}]", "flow:text", {"flow": "invoice"}),
    (
        "table.added",
        "Decision table added",
        "{actor} added the decision table[ {table}]",
        "table:text",
        {"table": "triage"},
    ),
    (
        "table.imported",
        "Decision table imported",
        "{actor} imported the decision table[ {table}]",
        "table:text",
        {"table": "triage"},
    ),
    (
        "table.drafted",
        "Decision table changed",
        "{actor} changed the draft of the decision table[ {table}]",
        "table:text",
        {"table": "triage"},
    ),
    (
        "table.published",
        "Decision table published",
        "{actor} published[ version {version}] of the decision table[ {table}]",
        "table:text version:integer",
        {"table": "triage", "version": 3},
    ),
    (
        "table.exported",
        "Decision table exported",
        "{actor} exported the decision table[ {table}]",
        "table:text",
        {"table": "triage"},
    ),
    ("case_type.added", "Case type added", "{actor} added the case type[ {name}]", "name:text", {"name": "contract"}),
)

_RUNS: tuple[Entry, ...] = (
    (
        "run.started",
        "Run started",
        "The run started[ with version {version}][ of {flow}]",
        "flow:text version:integer",
        {"flow": "invoice", "version": 3},
    ),
    ("run.completed", "Run completed", "The run completed", "", {}),
    (
        "run.failed",
        "Run failed",
        "The run failed[: {message}]",
        "message:text",
        {"message": "The target answered 500."},
    ),
    ("run.cancelled", "Run cancelled", "{actor} cancelled the run[: {reason}]", "reason:text", {"reason": "duplicate"}),
    (
        "run.on_error",
        "Run went on with its error step",
        "[{step} failed, and ]the run went on[ with {handler}], the flow’s step for errors",
        "step:text handler:text",
        {"step": "book", "handler": "tell_support"},
    ),
    (
        "run.responded",
        "Caller answered",
        "The waiting caller was answered[ with status {status}]",
        "step:text status:integer",
        {"step": "reply", "status": 200},
    ),
    (
        "run.respond_ignored",
        "Answer to caller ignored",
        "An answer to the caller went nowhere[, of {step}][: {reason}]",
        "step:text reason:text",
        {"step": "reply", "reason": "The caller has an answer already."},
    ),
    (
        "run.branch_ended",
        "Branch ended",
        "A branch ended[ at {step}][: {reason}]",
        "step:text reason:text",
        {"step": "route", "reason": "no case was true"},
    ),
    (
        "step.failed",
        "Step failed",
        "The step[ {step}] failed[: {message}]",
        "step:text message:text code:text",
        {"step": "book", "message": "The target answered 500.", "code": "http.status"},
    ),
    ("step.skipped", "Step skipped", "{actor} skipped the step[ {step}]", "step:text", {"step": "book"}),
    (
        "step.retried",
        "Step retried",
        "The step[ {step}] is tried again[, attempt {attempt}]",
        "step:text attempt:integer",
        {"step": "book", "attempt": 2},
    ),
    (
        "effect.sent",
        "Effect sent",
        "[{step}: ]a change was sent[ to {target}]",
        "step:text target:text",
        {"step": "book"},
    ),
    (
        "effect.confirmed",
        "Effect confirmed",
        "[{step}: ]the change was confirmed[ with status {status}]",
        "step:text status:integer",
        {"step": "book", "status": 201},
    ),
    (
        "effect.failed",
        "Effect failed",
        "[{step}: ]the change failed[: {message}]",
        "step:text message:text",
        {"step": "book", "message": "The target answered 422."},
    ),
    (
        "effect.unknown",
        "Effect unknown",
        "[{step}: ]nobody knows whether the change was made[: {message}]",
        "step:text message:text",
        {"step": "book", "message": "The connection broke before the answer."},
    ),
    (
        "incident.opened",
        "Incident opened",
        "An incident was opened[ at {step}][: {message}]",
        "step:text message:text",
        {"step": "book", "message": "The target answered 500 five times."},
    ),
    (
        "incident.answered",
        "Incident answered",
        "{actor} answered the incident[ with {answer}]",
        "answer:text",
        {"answer": "retry"},
    ),
)

_HUMAN_WORK: tuple[Entry, ...] = (
    ("task.created", "Task created", "A task was created[: “{title}”]", "title:text", {"title": "Review the contract"}),
    (
        "task.claimed",
        "Task claimed",
        "{actor} claimed[ “{title}”][ for {for}]",
        "title:text for:text",
        {"title": "Review the contract", "for": None},
    ),
    (
        "task.released",
        "Task released",
        "{actor} released[ “{title}”][: {reason}]",
        "title:text for:text reason:text",
        {"title": "Review the contract", "for": "Lee", "reason": "Sam does not act for Lee any more"},
    ),
    (
        "task.decided",
        "Task decided",
        "{actor} {outcome}[ for {for}][: “{comment}”]",
        "origin:text! outcome:text! comment:text by:text for:text show:list show_sha256:text",
        {"origin": "0198c", "outcome": "approved", "comment": "Fine.", "by": "lee", "for": "Legal", "show": []},
    ),
    (
        "task.withdrawn",
        "Task withdrawn",
        "The task[ “{title}”] was withdrawn[: {reason}]",
        "title:text reason:text",
        {"title": "Review the contract", "reason": "bo rejected already"},
    ),
    (
        "task.reassigned",
        "Task reassigned",
        "{actor} reassigned[ “{title}”][ to {to}]",
        "title:text to:any",
        {"title": "Review the contract", "to": "bo"},
    ),
    (
        "approval.decided",
        "Approval decided",
        "The approval was decided: {outcome}",
        "origin:text! outcome:text! comments:list decisions:list",
        {"origin": "0198c", "outcome": "rejected", "comments": [], "decisions": []},
    ),
    (
        "case.opened",
        "Case opened",
        "The case[ {number}] was opened[: “{title}”]",
        "number:text title:text",
        {"number": "C-2026-000123", "title": "Contract with Example"},
    ),
    ("case.changed", "Case changed", "{actor} changed[ {fields} of] the case", "fields:list", {"fields": ["priority"]}),
    ("case.closed", "Case closed", "{actor} closed the case[ as {status}]", "status:text", {"status": "approved"}),
    (
        "case.milestone",
        "Milestone reached",
        "The case reached[ “{milestone}”]",
        "milestone:text",
        {"milestone": "reviewed"},
    ),
)

_OVERSIGHT: tuple[Entry, ...] = (
    (
        "export.made",
        "Export made",
        "{actor} exported[ {what}][ as {format}]",
        "what:text format:text filters:object",
        {"what": "audit trail", "format": "csv", "filters": {"name": "flow.published"}},
    ),
    (
        "audit.read",
        "Audit trail read",
        "{actor} read the audit trail[ filtered by {filters}]",
        "filters:object event:integer",
        {"filters": {"actor": "person:12"}},
    ),
    (
        "audit.sampled",
        "Sample drawn",
        "{actor} drew {size} of {population} events[ by the seed {seed}]",
        "size:integer! population:integer! seed:text filters:object head:integer",
        {"size": 25, "population": 1284, "seed": "2026-11", "filters": {"outcome": "approved"}, "head": 48212},
    ),
    (
        "field.revealed",
        "Masked field revealed",
        "{actor} revealed[ {field}][: {reason}]",
        "field:text reason:text",
        {"field": "/iban", "reason": "The bank asked."},
    ),
    (
        "event.erased",
        "Event contents erased",
        "{actor} erased the contents of {count} events[: {reason}]",
        "ids:text! count:integer! reason:text",
        {"ids": "3-7,9", "count": 6, "reason": "Request under article 17 GDPR"},
    ),
    (
        "log.purged",
        "Old events removed",
        "{actor} removed {count} old events[ up to seal {through_seal}]",
        "count:integer! through_seal:integer! before:text",
        {"count": 120000, "through_seal": 40, "before": "2024-01-01T00:00:00+00:00"},
    ),
)

_FILES: tuple[Entry, ...] = (
    (
        "file.stored",
        "File stored",
        "{actor} brought the file[ “{name}”]",
        "file:text name:text type:text bytes:integer sha256:text! on:list",
        {"name": "contract.pdf", "type": "application/pdf", "bytes": 48213, "sha256": "9f86d081", "on": ["run 0198c"]},
    ),
    (
        "file.read",
        "File read",
        "{actor} read the file[ “{name}”][ ({how})]",
        "name:text sha256:text! how:text",
        {"name": "contract.pdf", "sha256": "9f86d081", "how": "download"},
    ),
    (
        "file.removed",
        "File removed",
        "The file[ “{name}”] was removed[: {reason}]",
        "name:text sha256:text reason:text",
        {"name": "contract.pdf", "sha256": "9f86d081", "reason": "nothing referred to it any more"},
    ),
)

ENTRIES: tuple[Entry, ...] = (
    *_PEOPLE,
    *FORMS,
    *_DESIGN,
    *PUBLISHING,
    *INTAKE,
    *PEOPLE,
    *TRIGGERS,
    *_RUNS,
    *_HUMAN_WORK,
    *SEEING,
    *SLA,
    *CASES,
    *TASK_LIFE,
    *APPROVALS,
    *ALERTS,
    *_FILES,
    *_OVERSIGHT,
)
