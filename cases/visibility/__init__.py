"""Who sees which task and case, and why: one table of rules for querysets and explanations. Changes nothing.

``standing``     what one person is at one moment: roles, teams led, people covered
``task_rules``   the rules about tasks, ``case_rules`` those about cases: a condition and its words, side by side
``explaining``   ``explain_task`` and ``explain_case``, from the same tables
``events``       what of the event log tells of confidential cases
``acting``       whether somebody answers a task as themselves or for somebody they cover

The doors are ``cases.querysets``; nothing else decides about visibility.
"""

from cases.visibility.explaining import explain_case, explain_task
from cases.visibility.rules import Reason

__all__ = ["Reason", "explain_case", "explain_task"]
