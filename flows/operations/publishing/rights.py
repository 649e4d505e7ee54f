"""Who may change which flow. A stranger cannot tell a flow or team from a missing one."""

from __future__ import annotations

from django.db.models import QuerySet

from flows.errors import FlowRefused, Forbidden, NotFound
from flows.models import Flow
from integrator.events.actors import SYSTEM, Actor
from integrator.people.models import Person, Team
from integrator.people.rights import Action, can, can_anywhere

_WHO = {
    Action.FLOW_DRAFT: "Analysts and publishers of {team} may change its flows. Ask one of them.",
    Action.FLOW_TRY: "Analysts and publishers of {team} may try its drafts for real. Ask one of them.",
    Action.FLOW_IMPORT: "Analysts and publishers of {team} may import flows. Ask one of them.",
    Action.FLOW_EXPORT: "Analysts, publishers and operators of {team} may export flows. Ask one of them.",
    Action.FLOW_PUBLISH: "Publishers of {team} may publish flows. Ask one of them.",
    Action.FLOW_RELAX: "The lead of {team} or an administrator may do without a second person again. Ask one of them.",
    Action.RUN_START: "Publishers and operators of {team} may start runs. Ask one of them.",
    Action.FLOW_PAUSE: "Publishers and operators of {team} may pause and resume flows. Ask one of them.",
}
_CHANGES = frozenset(  # what an archived flow refuses
    {Action.FLOW_DRAFT, Action.FLOW_TRY, Action.FLOW_IMPORT}
    | {Action.FLOW_PUBLISH, Action.FLOW_RELAX, Action.FLOW_PAUSE, Action.RUN_START}
)


def actor_of(person: Person | None) -> Actor:
    """Who the log names: the person, or Integrator itself for a command."""
    return Actor.person(person) if person else SYSTEM


def get_flow_to(
    person: Person | None, key: str, action: Action, *, lock: bool = False, even_archived: bool = False
) -> Flow:
    """The flow, if the person may do ``action`` with it. Raises NotFound where they may not see it, else Forbidden.

    ``lock`` holds it against other writers until the transaction ends. An archived flow refuses every change
    (FlowRefused ``flow.archived``) but those that ask for it ``even_archived``.
    """
    flows: QuerySet[Flow] = Flow.objects.all()
    if lock:  # no join: after a wait PostgreSQL would show the joined row of before
        flows = flows.select_for_update(no_key=True)
    flow = flows.filter(key=key).first()
    if flow is None:
        raise NotFound("flow")
    check_team_right(person, flow.team, action, what="flow")
    if action in _CHANGES and not even_archived:
        refuse_archived(flow)
    return flow


def refuse_archived(flow: Flow) -> None:
    """Raises FlowRefused ``flow.archived`` for a flow that was put away."""
    if flow.archived_at is not None:
        raise FlowRefused("flow.archived", f"{flow} is archived, so nothing of it can be changed. Bring it back first.")


def get_team_to(person: Person | None, slug: str, action: Action) -> Team:
    """The team, if the person may do ``action`` there. Raises NotFound where they see no flows, else Forbidden."""
    team = Team.objects.filter(slug=slug).first()
    if team is None:
        raise NotFound("team")
    check_team_right(person, team, action, what="team")
    return team


def check_team_right(person: Person | None, team: Team, action: Action, *, what: str) -> None:
    """Raises NotFound(``what``) for strangers to the team, Forbidden for those who may only look."""
    if person is None or can(person, action, team):
        return
    if not can(person, Action.FLOW_READ, team):
        raise NotFound(what)
    raise Forbidden("flow", _WHO[action].format(team=team))


def check_right_somewhere(person: Person | None, action: Action) -> None:
    """Raises Forbidden for those who may do ``action`` in no team at all, before anything they sent is judged."""
    if person is not None and not can_anywhere(person, action):
        raise Forbidden("flow", _WHO[action].format(team="a team"))
