"""Every read of SLA policies and clocks for pages and API. Who may see a task or case sees its clock."""

from cases.sla.queries.clocks import ClockView, describe_clock, find_clocks, get_case_clock, get_task_clock, list_ledger

__all__ = ["ClockView", "describe_clock", "find_clocks", "get_case_clock", "get_task_clock", "list_ledger"]
