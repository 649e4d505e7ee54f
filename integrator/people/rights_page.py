"""Writes docs/rights.md out of the table in ``rights.py``. Decides nothing itself."""

from __future__ import annotations

from integrator.people.rights import EVERYBODY, ROLES_BY_ACTION, Action
from integrator.people.roles import Role

INTRODUCTION = """# Rights

Written by `manage.py write_rights`; change `integrator/people/rights.py`, not this page.

A role is held in a team and counts for what belongs to that team: its flows, runs, cases, requests, connections.
Auditor and admin may also be held everywhere. Whoever may not see a thing gets the same answer as if it did not exist
(404); whoever sees it but may not do something with it gets 403. A change of rights acts with the next request.
People who are asked for a decision see the task and its case, whatever else they may see, and may reveal what is masked
in that task. Everybody else needs `sensitive.reveal` besides seeing the thing; auditors and admins do not have it.
"""


def render_rights() -> str:
    """This will give the whole page as Markdown: one row an action, one column a role."""
    head = f"| action | | {' | '.join(role.label.lower() for role in Role)} |"
    rule = f"|---|---|{'|'.join(':-:' for _ in Role)}|"
    return f"{INTRODUCTION}\n{head}\n{rule}\n" + "".join(f"{render_row(action)}\n" for action in Action)


def render_row(action: Action) -> str:
    """This will give the row of one action."""
    note = " (everybody)" if action in EVERYBODY else ""
    marks = " | ".join("●" if role in ROLES_BY_ACTION[action] else " " for role in Role)
    return f"| `{action.value}` | {action.label}{note} | {marks} |"
