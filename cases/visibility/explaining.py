"""Why somebody sees a task or case: the rules that hold, told by the rows behind them. Changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import BooleanField, ExpressionWrapper, Q

from cases.visibility.case_rules import CASE_RULES
from cases.visibility.rules import Reason, Row, Rule, rows_of
from cases.visibility.standing import Standing, read_standing
from cases.visibility.task_rules import TASK_RULES
from integrator.people.models import Person

if TYPE_CHECKING:
    from cases.models import Case, Task


def explain_task(person: Person, task: Task) -> tuple[Reason, ...]:
    """This will give each reason why the person sees the task; none when they do not.

    One query for all rules, and one or two for the words of each that holds.
    """
    return _explain(person, task, TASK_RULES, "Task")


def explain_case(person: Person, case: Case) -> tuple[Reason, ...]:
    """This will give each reason why the person may open the case; none when they may not. Queries as above."""
    return _explain(person, case, CASE_RULES, "Case")


def _explain(person: Person, row: Row, rules: Sequence[Rule[Row]], model: str) -> tuple[Reason, ...]:
    standing = read_standing(person)
    if standing is None:
        return ()
    conditions = {rule.key: (rule, condition) for rule in rules if (condition := rule.matches(standing)) is not None}
    holding = _list_holding(row, {key: condition for key, (_, condition) in conditions.items()}, model)
    return tuple(reason for key in holding for reason in _tell(conditions[key][0], standing, row))


def _list_holding(row: Any, conditions: dict[str, Q], model: str) -> list[str]:
    flags = {
        f"rule_{key}": ExpressionWrapper(condition, output_field=BooleanField())
        for key, condition in conditions.items()
    }
    found = rows_of(model).filter(pk=row.pk).annotate(**flags).order_by().values(*flags).first()
    return [key for key in conditions if found is not None and found[f"rule_{key}"]]


def _tell(rule: Rule[Row], standing: Standing, row: Row) -> list[Reason]:
    """A rule that holds is always told, though the row behind it has gone in the meantime."""
    return rule.tell(standing, row) or [Reason(rule=rule.key, words=rule.key)]
