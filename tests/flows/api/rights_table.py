"""Every operation of the API: what each persona is answered, by docs/rights.md and by the operation's own rule."""

from __future__ import annotations

from uuid import UUID

from tests.support.flow_files import SUM
from tests.support.rights_rows import Row, row

NOBODY = str(UUID(int=7))
IMPORT = {"file": SUM.replace("flow: sum", "flow: sum-2").replace("path: sum", "path: sum-2")}
REVEAL = {"path": "trigger.body.iban", "reason": "The bank asked."}
REASON = {"reason": "Nobody needs it."}
LATER = "2099-01-01T10:00:00Z"
OUTSIDERS = {"lee": 404, "stranger": 404}
EMPTY_TABLE = {"table": "limits", "name": "Limits", "inputs": [], "outputs": [], "rows": []}
FLOWS = (
    row("get me", 200),
    row("get flows", 200),
    row("get flows/sum", 200, **OUTSIDERS),
    row("get flows/sum/export", 200, viewer=403, **OUTSIDERS),
    row("post flows/import", 403, IMPORT, publisher=200, analyst=200, stranger=404),
    row("post flows/sum/publish", 403, {}, publisher=409, **OUTSIDERS),
    row("post flows/sum/start", 403, {}, publisher=409, operator=409, lead=409, **OUTSIDERS),
    row("post messages", 403, {"name": "paid", "key": "order-7", "team": "marketing"},
        publisher=202, operator=202, lead=202, **OUTSIDERS),
)  # fmt: skip
READS = {"viewer": 404, **OUTSIDERS}
KEEPS = {"publisher": 200, "lead": 200, **READS}
PLACE = {"base_url": "https://test.erp.example", "settings": {}}
WHOLE = {"name": "ERP", "kind": "bearer"}
CONNECTIONS = (
    row("get connections", 200),
    row("get connections/{team}/{connection}", 200, **READS),
    row("post connections", 403, {"key": "crm", "team": "marketing", "secret": "s3cret", **WHOLE, **PLACE}, **KEEPS),
    row("put connections/{team}/{connection}", 403, {"environment": "test", **WHOLE, **PLACE}, **KEEPS),
    row("delete connections/{team}/{connection}", 403, **{**KEEPS, "publisher": 204, "lead": 204}),
    row("post connections/{team}/{connection}/environments/{environment}/test", 403, {"method": "POST"},
        **{**KEEPS, "publisher": 400, "lead": 400}),
    row("post connections/{team}/{connection}/environments", 403, {"name": "staging", "secret": "s3cret", **PLACE},
        **KEEPS),
    row("put connections/{team}/{connection}/environments/{environment}", 403, PLACE, **KEEPS),
    row("delete connections/{team}/{connection}/environments/{environment}", 403,
        **{**KEEPS, "publisher": 204, "lead": 204}),
    row("post connections/{team}/{connection}/environments/{environment}/rename", 403, {"name": "staging"}, **KEEPS),
    row("put connections/{team}/{connection}/environments/{environment}/secret", 403, {"secret": "s3cret"}, **KEEPS),
)  # fmt: skip
DRAFTS = {"publisher": 200, "analyst": 200, **OUTSIDERS}
TABLES = (
    row("get tables", 200),
    row("get tables/{table}", 200, **OUTSIDERS),
    row("get tables/{table}/csv", 200, **OUTSIDERS),
    row("post tables", 403, {"key": "risk", "name": "Risk", "team": "marketing"}, publisher=200, analyst=200,
        stranger=404),
    row("put tables/{table}/draft", 403, {"document": EMPTY_TABLE, "revision": 1}, **DRAFTS),
    row("put tables/{table}/csv", 403, {"csv": "if amount,then team\n5,legal\n", "revision": 1}, **DRAFTS),
    row("post tables/{table}/try", 403, {"given": {"amount": 5}}, **DRAFTS),
    row("post tables/{table}/publish", 403, {}, publisher=200, **OUTSIDERS),
)  # fmt: skip
RUNS = (
    row("get runs", 200),
    *(
        row(f"get runs/{{run}}{more}", 200, viewer=404, **OUTSIDERS)
        for more in ("", "/steps", "/visits/{visit}/results")
    ),
    row("post runs/{run}/cancel", 200, {}, analyst=403, auditor=403, viewer=404, **OUTSIDERS),
    row("post runs/{run}/reveal", 403, REVEAL, operator=400, lead=400, viewer=404, **OUTSIDERS),
    row("get incidents", 200),
    *(
        row(f"post incidents/{{incident}}/{what}", 200, {}, analyst=403, auditor=403, viewer=404, **OUTSIDERS)
        for what in ("retry", "skip", "close")
    ),
)
TASKS = (  # the task is asked of legal, where lee is; the lead of the flow's team may hand it over without seeing it
    row("get tasks", 200),
    row("post tasks/bulk", 200, {"action": "claim", "tasks": [NOBODY]}),
    *(
        row(f"get tasks/{{task}}{more}", 404, lee=200)
        for more in ("", "/why", "/comments", "/draft", "/information", "/files")
    ),
    row("get tasks/{task}/clock", 404, lee=200),
    row("get tasks/{task}/evidence", 404, lee=403),
    row("get tasks/{task}/guests", 404, lee=200, lead=200),
    row("post tasks/{task}/claim", 404, {}, lee=200),
    row("post tasks/{task}/release", 404, {}, lee=200, lead=200),
    row("post tasks/{task}/complete", 404, {"outcome": "approved"}, lee=200),
    row("post tasks/{task}/reveal", 404, REVEAL, lee=400),
    row("post tasks/{task}/watch", 404, {"watching": True}, lee=200, lead=200),
    row("post tasks/{task}/undo", 404, {}, lee=409),
    row("post tasks/{task}/delegate", 404, {"to": "lia"}, lee=200),
    row("post tasks/{task}/reassign", 404, {"to": "lia"}, lee=403, lead=200),
    row("post tasks/{task}/give-back", 404, {}, lee=400),
    row("post tasks/{task}/priority", 404, {"priority": "high"}, lee=200, lead=200),
    row("post tasks/{task}/follow-up", 404, {"at": LATER}, lee=200, lead=200),
    row("post tasks/{task}/due", 404, {"due_at": LATER, "reason": "Later."}, lee=403, lead=200),
    row("post tasks/{task}/reopen", 404, {"reason": "It was wrong."}, lee=409),
    row("post tasks/{task}/draft", 404, {"typed": {"comment": "Half"}}, lee=200),
    row("post tasks/{task}/comments", 404, {"text": "Hello"}, lee=200),
    row("post tasks/{task}/files", 404, {}, lee=415),
    row("post tasks/{task}/information", 404, {"question": "Which?", "who": "bo"}, lee=200),
    row("post tasks/{task}/information/{question}/withdraw", 404, {}, lee=200),
    row("post tasks/{task}/guests", 404, {"email": "ann@example.com"}, lee=403, lead=200),
    row("post tasks/{task}/guests/{guest}/revoke", 404, {}, lee=403, lead=200),
)
CHANGE = {"operator": 200, "lead": 200, "stranger": 404}
CASES = (
    row("get cases", 200),
    row("get cases/export", 403, operator=200, lead=200, auditor=200, stranger=200),
    row("post cases", 403, {"type": "dispute", "title": "Pallets"}, operator=200, lead=200),
    *(
        row(f"get cases/{{case}}{more}", 200, stranger=404)
        for more in ("", "/timeline", "/why", "/comments", "/contributions", "/links", "/notes", "/parties", "/files")
    ),
    row("get cases/{case}/clock", 404),
    row("get cases/{case}/evidence", 403, lead=200, auditor=200, stranger=404),
    row("patch cases/{case}", 403, {"title": "Another title"}, **CHANGE),
    row("post cases/{case}/watch", 200, {"watching": True}, stranger=404),
    row("post cases/{case}/comments", 200, {"text": "Hello"}, auditor=403, stranger=404),
    row("post cases/{case}/files", 403, {}, operator=415, lead=415, stranger=404),
    row("post cases/{case}/notes", 200, {"text": "Call them."}, stranger=404),
    row("delete cases/{case}/notes/{note}", 404, operator=204),
    row("post cases/{case}/confidential", 403, {"confidential": False}, **CHANGE),
    row("post cases/{case}/reveal", 403, REVEAL, operator=400, lead=400, stranger=404),
    row("post cases/{case}/close", 403, {"status": "closed"}, **CHANGE),
    row("post cases/{case}/hold", 403, {"reason": "The court asked."}, **CHANGE),
    row("post cases/{case}/tasks", 403, {"title": "Look", "to": ["bo"]}, **CHANGE),
    row("post cases/{case}/contributions/{contribution}", 200, {}, viewer=403, auditor=403, lee=403, stranger=404),
    row("post cases/{case}/links", 403, {"case": "C-2020-000001", "kind": "blocks"}, **CHANGE),
    row("delete cases/{case}/links/{link}", 403, **{**CHANGE, "operator": 204, "lead": 204}),
    row("post cases/{case}/parties", 403, {"who": "team:legal", "role": "adviser"}, **CHANGE),
    row("delete cases/{case}/parties/{party}", 403, **{**CHANGE, "operator": 204, "lead": 204}),
)  # fmt: skip
APPROVALS = (  # they are read by whoever reads the case
    row("get approvals/{approval}", 200, stranger=404),
    row("get approvals/{approval}/evidence", 403, lead=200, auditor=200, stranger=404),
    row("post approvals/{approval}/amount", 403, {"amount": 5}, operator=400, lead=400, stranger=404),
    row("post approvals/{approval}/approvers", 403, {"who": "bo", "place": "after", "reason": "Him too."},
        lead=200, lee=200, stranger=404),
    row("post approvals/{approval}/withdraw", 403, REASON, lead=200, stranger=404),
)  # fmt: skip
TYPE = {"name": "Dispute", "team": "marketing"}
FORM = {"key": "risk", "name": "Risk", "team": "marketing", "schema": {"type": "object", "properties": {}}}
POLICY = {"name": "Fast", "subject": "task", "budget": "PT4H", "team": "marketing", "priority": "urgent"}
BUILD = (
    row("get case-types", 200),
    row("get case-types/{case_type}", 200),
    row("post case-types", 403, {"key": "loan", **TYPE}, lead=200),
    row("put case-types/{case_type}", 403, TYPE, lead=200),
    row("delete case-types/{case_type}", 403, lead=204),
    row("get forms", 200),
    row("get forms/{form}", 200, **OUTSIDERS),
    row("post forms", 403, FORM, publisher=200, analyst=200, **OUTSIDERS),
    row("put forms/{form}/draft", 403, {"schema": FORM["schema"], "revision": 1}, publisher=200, analyst=200,
        **OUTSIDERS),
    row("post forms/{form}/publish", 403, {}, publisher=200, **OUTSIDERS),
    row("get forms/{form}/versions", 200, **OUTSIDERS),
    row("get forms/{form}/versions/1", 200, **OUTSIDERS),
    row("post forms/{form}/undo", 403, {}, publisher=409, analyst=409, **OUTSIDERS),
    row("post forms/{form}/redo", 403, {}, publisher=409, analyst=409, **OUTSIDERS),
    row("post forms/{form}/copy", 403, {"key": "expenses-2", "name": "Expenses"}, publisher=200, analyst=200,
        **OUTSIDERS),
    row("get sla/policies", 404, lead=200),
    row("post sla/policies", 404, {"key": "fast", **POLICY}, lead=200),
    row("get sla/policies/{policy}", 404, lead=200),
    row("put sla/policies/{policy}", 404, POLICY, lead=200),
    row("delete sla/policies/{policy}", 404, lead=204),
    row("get sla/recounts", 404, lead=200),
)  # fmt: skip
PERSONAL = (
    row("get alerts", 200),
    row("post alerts/read", 200, {}),
    row("get people", 200),
    row("get alerts/{alert}", 404, lee=200),
    row("post alerts/{alert}/read", 404, {}, lee=200),
    row("post alerts/{alert}/acknowledge", 404, {}, lee=200),
    row("post files", 415, {}),
    row("get files/{file}", 200, stranger=404),
    row("get files/{file}/content", 200, stranger=404),
    row("get views", 200),
    row("post views", 200, {"page": "inbox", "name": "Mine"}),
    row("delete views/{view}", 404, operator=204),
    row("get substitutes", 200),
    row("post substitutes", 400, {"substitute": "lee"}),
    row("post substitutes/{substitution}/end", 404, {}, operator=200, analyst=200),
)
CALENDAR = {"name": "Office", "zone": "UTC", "week": {"monday": "9:00-17:00"}}
ADMINS = (  # of all the personas none is an administrator
    row("get calendars", 404),
    row("post calendars", 404, {"key": "bavaria", **CALENDAR}),
    row("get calendars/{calendar}", 404),
    row("put calendars/{calendar}", 404, CALENDAR),
    row("delete calendars/{calendar}", 404),
    row("post teams/{slug}/calendar", 404, {"calendar": "office"}),
    row("post people", 404, {"username": "zoe"}),
    row("get people/all", 404),
    row("get people/of/{username}", 404),
    row("post people/of/{username}/roles", 404, {"role": "lead", "team": "marketing"}),
    row("delete people/of/{username}/roles/{membership}", 404),
    row("post people/of/{username}/deactivate", 404, {}),
    row("post people/of/{username}/reactivate", 404, {}),
    row("get teams", 404),
    row("post teams", 404, {"slug": "support", "name": "Support"}),
    row("get teams/{slug}", 404),
    row("post teams/{slug}/roles", 404, {"person": "lee", "role": "lead"}),
    row("delete teams/{slug}/roles/{membership}", 404),
    row("post teams/{slug}/lead", 404, {"lead": "lee"}),
    row("post teams/{slug}/above", 404, {"above": None}),
)
AUDIT = (  # as the pages: for everybody else there is none
    row("get audit/events", 404, auditor=200),
    row("get audit/events/export", 404, auditor=200),
    row("get audit/events/{event}", 404, auditor=200),
    row("get audit/events/{event}/evidence", 404, auditor=200),
    row("get audit/seals", 404, auditor=200),
    row("get audit/rights", 404, auditor=200),
    row("get audit/samples", 404, auditor=200),
    row("post audit/samples", 404, {"n": 2, "seed": "a"}, auditor=200),
    row("get audit/samples/{sample}", 404, auditor=200),
    row("post audit/samples/{sample}/packs", 404, {}, auditor=200),
    row("get audit/samples/{sample}/zip", 404, auditor=409),
)
REPORTS = (  # the figures are of what each of them sees; only who may hand work over sees who has what
    *(row(f"get reports/{what}", 200) for what in ("open", "cycle", "late", "steps", "teams", "sla", "sla/clocks")),
    row("get reports/workload", 404, lead=200),
    row("get reports/workload/tasks", 404, lead=200),
)
SUBJECTS = {"flows": FLOWS, "runs": RUNS, "tasks": TASKS, "cases": CASES, "approvals": APPROVALS, "build": BUILD,
            "connections": CONNECTIONS, "tables": TABLES, "reports": REPORTS, "admins": ADMINS, "personal": PERSONAL,
            "audit": AUDIT}  # fmt: skip
TABLE: tuple[Row, ...] = tuple(each for rows in SUBJECTS.values() for each in rows)
