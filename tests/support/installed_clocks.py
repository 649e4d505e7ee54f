"""Clocks of a running installation, moved by their rows: time passes without anybody waiting."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.support.installation import Installation


def move_clock(product: Installation, task: str, *, budget_s: int, passed_s: float) -> None:
    """Have so many seconds of its budget passed for the open clock of a task; its marks are looked at now."""
    suffix = "+00" if product.is_scaled_out else ""
    key = task if product.is_scaled_out else task.replace("-", "")

    def write(moment: datetime) -> str:
        return f"'{moment:%Y-%m-%d %H:%M:%S.%f}{suffix}'"

    now = datetime.now(UTC)
    since = now - timedelta(seconds=passed_s)
    due = since + timedelta(seconds=budget_s)
    product.execute(
        f"UPDATE cases_slaclock SET is_working_time = false, budget_s = {budget_s}, started_at = {write(since)}, "
        f"running_since = {write(since)}, promised_at = {write(due)}, due_at = {write(due)} "
        f"WHERE task_id = '{key}' AND ended_at IS NULL"
    )
    product.execute(
        f"UPDATE timers_timer SET due_at = {write(now)} WHERE handler = 'sla.mark' "
        f"AND subject = (SELECT id FROM cases_slaclock WHERE task_id = '{key}')"
    )
