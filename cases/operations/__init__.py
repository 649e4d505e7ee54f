"""Every write to cases, tasks and approvals. ``…_in`` joins the caller's transaction, the others open their own."""

from cases.operations.amounts import change_amount, change_amount_in
from cases.operations.approvals import ApprovalRequest, ask_approval_in
from cases.operations.approvers import add_approver
from cases.operations.asking import TaskRequest, ask_task_in
from cases.operations.attaching import attach_to_case, attach_to_task
from cases.operations.cases import (
    NewCase,
    close_case,
    close_case_in,
    link_correlation_in,
    open_case,
    open_case_in,
    update_case,
    update_case_in,
)
from cases.operations.claiming import claim_task, reassign_task, release_task
from cases.operations.deciding import TaskDecision, complete_task
from cases.operations.delegating import delegate_task, give_back_task
from cases.operations.drafting import save_draft
from cases.operations.guests import answer_as_guest, invite_guest, open_guest_task, revoke_guest
from cases.operations.informing import Question, answer_information, request_information, withdraw_information
from cases.operations.marking import set_follow_up, set_priority
from cases.operations.numbers import reserve_case_number, reserve_case_number_in
from cases.operations.reopening import ask_to_reopen
from cases.operations.settling import undo_decision
from cases.operations.taking_back import withdraw_approval
from cases.operations.talking import Said, comment_case, comment_task
from cases.operations.types import ensure_case_types_in
from cases.operations.watching import unwatch_case, unwatch_task, watch_case, watch_task
from cases.operations.withdrawing import withdraw_by_origin_in

__all__ = [
    "ApprovalRequest",
    "NewCase",
    "Question",
    "Said",
    "TaskDecision",
    "TaskRequest",
    "add_approver",
    "answer_as_guest",
    "answer_information",
    "ask_approval_in",
    "ask_task_in",
    "ask_to_reopen",
    "attach_to_case",
    "attach_to_task",
    "change_amount",
    "change_amount_in",
    "claim_task",
    "close_case",
    "close_case_in",
    "comment_case",
    "comment_task",
    "complete_task",
    "delegate_task",
    "ensure_case_types_in",
    "give_back_task",
    "invite_guest",
    "link_correlation_in",
    "open_case",
    "open_case_in",
    "open_guest_task",
    "reassign_task",
    "release_task",
    "request_information",
    "reserve_case_number",
    "reserve_case_number_in",
    "revoke_guest",
    "save_draft",
    "set_follow_up",
    "set_priority",
    "undo_decision",
    "unwatch_case",
    "unwatch_task",
    "update_case",
    "update_case_in",
    "watch_case",
    "watch_task",
    "withdraw_approval",
    "withdraw_by_origin_in",
    "withdraw_information",
]
