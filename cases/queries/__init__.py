"""Every read of cases and tasks for pages and API. Visibility is applied here, never remembered by a view."""

from cases.queries.cases import case_timeline, get_case_for, list_case_events, list_case_tasks, list_cases
from cases.queries.co_askers import CoAsker, describe_co_askers, describe_task_rule
from cases.queries.tasks import TASK_STATUSES, count_tasks, get_task_for, list_tasks

__all__ = [
    "TASK_STATUSES",
    "CoAsker",
    "case_timeline",
    "count_tasks",
    "describe_co_askers",
    "describe_task_rule",
    "get_case_for",
    "get_task_for",
    "list_case_events",
    "list_case_tasks",
    "list_cases",
    "list_tasks",
]
