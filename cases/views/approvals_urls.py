"""Addresses of approvals and of evidence packs."""

from __future__ import annotations

from django.urls import path

from cases.views import approvals, evidence

urlpatterns = [
    path("approvals/<uuid:approval_id>/", approvals.show_approval, name="approval"),
    path("approvals/<uuid:approval_id>/amount/", approvals.change, name="approval_amount"),
    path("approvals/<uuid:approval_id>/approvers/", approvals.add, name="approval_approvers"),
    path("approvals/<uuid:approval_id>/withdraw/", approvals.withdraw, name="approval_withdraw"),
    path("approvals/<uuid:approval_id>/evidence/", evidence.download_approval, name="approval_evidence"),
    path("inbox/<uuid:task_id>/evidence/", evidence.download_task, name="task_evidence"),
    path("cases/<str:number>/evidence/", evidence.download_case, name="case_evidence"),
]
