"""Addresses of cases and tasks, beneath ``api/v1/``."""

from __future__ import annotations

from django.urls import path

from cases.api.approvals import (
    AmountView,
    ApprovalEvidenceView,
    ApprovalView,
    ApproversView,
    CaseEvidenceView,
    TaskEvidenceView,
    WithdrawView,
)
from cases.api.beside import LinksView, LinkView, NotesView, NoteView, PartiesView, PartyView
from cases.api.case_changes import AskView, CloseView, HoldView
from cases.api.case_types import CaseTypesView, CaseTypeView
from cases.api.cases import CasesView, CaseView, ExportView, TimelineView
from cases.api.contributions import ContributionsView, ContributionView
from cases.api.files import CaseFilesView, TaskFilesView
from cases.api.form_steps import FormCopyView, FormRedoView, FormUndoView, FormVersionsView, FormVersionView
from cases.api.forms import FormDraftView, FormPublishView, FormsView, FormView
from cases.api.reveals import RevealCaseView, RevealTaskView
from cases.api.saved_views import ViewsView, ViewView
from cases.api.seeing import (
    BulkView,
    ConfidentialView,
    WatchCaseView,
    WatchTaskView,
    WhyCaseView,
    WhyTaskView,
)
from cases.api.talk import (
    CaseCommentsView,
    GuestsView,
    InformationView,
    RevokeGuestView,
    TaskCommentsView,
    WithdrawInformationView,
)
from cases.api.task_life import (
    DelegateView,
    DraftView,
    FollowUpView,
    GiveBackView,
    PriorityView,
    ReassignView,
    ReopenView,
    UndoView,
)
from cases.api.tasks import ClaimView, CompleteView, ReleaseView, TasksView, TaskView

urlpatterns = [
    path("tasks", TasksView.as_view(), name="api_tasks"),
    path("tasks/bulk", BulkView.as_view(), name="api_tasks_bulk"),
    path("tasks/<uuid:task_id>/why", WhyTaskView.as_view(), name="api_task_why"),
    path("tasks/<uuid:task_id>/watch", WatchTaskView.as_view(), name="api_task_watch"),
    path("cases/<slug:number>/why", WhyCaseView.as_view(), name="api_case_why"),
    path("cases/<slug:number>/watch", WatchCaseView.as_view(), name="api_case_watch"),
    path("cases/<slug:number>/parties", PartiesView.as_view(), name="api_case_parties"),
    path("cases/<slug:number>/confidential", ConfidentialView.as_view(), name="api_case_confidential"),
    path("tasks/<uuid:task_id>", TaskView.as_view(), name="api_task"),
    path("tasks/<uuid:task_id>/claim", ClaimView.as_view(), name="api_task_claim"),
    path("tasks/<uuid:task_id>/release", ReleaseView.as_view(), name="api_task_release"),
    path("tasks/<uuid:task_id>/complete", CompleteView.as_view(), name="api_task_complete"),
    path("tasks/<uuid:task_id>/reveal", RevealTaskView.as_view(), name="api_task_reveal"),
    path("tasks/<uuid:task_id>/undo", UndoView.as_view(), name="api_task_undo"),
    path("tasks/<uuid:task_id>/delegate", DelegateView.as_view(), name="api_task_delegate"),
    path("tasks/<uuid:task_id>/reassign", ReassignView.as_view(), name="api_task_reassign"),
    path("tasks/<uuid:task_id>/give-back", GiveBackView.as_view(), name="api_task_give_back"),
    path("tasks/<uuid:task_id>/priority", PriorityView.as_view(), name="api_task_priority"),
    path("tasks/<uuid:task_id>/follow-up", FollowUpView.as_view(), name="api_task_follow_up"),
    path("tasks/<uuid:task_id>/reopen", ReopenView.as_view(), name="api_task_reopen"),
    path("tasks/<uuid:task_id>/draft", DraftView.as_view(), name="api_task_draft"),
    path("tasks/<uuid:task_id>/comments", TaskCommentsView.as_view(), name="api_task_comments"),
    path("tasks/<uuid:task_id>/information", InformationView.as_view(), name="api_task_information"),
    path(
        "tasks/<uuid:task_id>/information/<uuid:request_id>/withdraw",
        WithdrawInformationView.as_view(),
        name="api_task_information_withdraw",
    ),
    path("tasks/<uuid:task_id>/guests", GuestsView.as_view(), name="api_task_guests"),
    path("tasks/<uuid:task_id>/guests/<uuid:pass_id>/revoke", RevokeGuestView.as_view(), name="api_task_guest_revoke"),
    path("cases/<slug:number>/comments", CaseCommentsView.as_view(), name="api_case_comments"),
    path("cases/export", ExportView.as_view(), name="api_cases_export"),
    path("cases/<slug:number>/close", CloseView.as_view(), name="api_case_close"),
    path("cases/<slug:number>/hold", HoldView.as_view(), name="api_case_hold"),
    path("cases/<slug:number>/tasks", AskView.as_view(), name="api_case_tasks"),
    path("cases/<slug:number>/contributions", ContributionsView.as_view(), name="api_case_contributions"),
    path("cases/<slug:number>/contributions/<slug:key>", ContributionView.as_view(), name="api_case_contribution"),
    path("cases/<slug:number>/files", CaseFilesView.as_view(), name="api_case_files"),
    path("tasks/<uuid:task_id>/files", TaskFilesView.as_view(), name="api_task_files"),
    path("cases/<slug:number>/links", LinksView.as_view(), name="api_case_links"),
    path("cases/<slug:number>/links/<int:link_id>", LinkView.as_view(), name="api_case_link"),
    path("cases/<slug:number>/notes", NotesView.as_view(), name="api_case_notes"),
    path("cases/<slug:number>/notes/<int:note_id>", NoteView.as_view(), name="api_case_note"),
    path("cases/<slug:number>/parties/<int:party_id>", PartyView.as_view(), name="api_case_party"),
    path("case-types", CaseTypesView.as_view(), name="api_case_types"),
    path("case-types/<slug:key>", CaseTypeView.as_view(), name="api_case_type"),
    path("cases/<slug:number>/reveal", RevealCaseView.as_view(), name="api_case_reveal"),
    path("views", ViewsView.as_view(), name="api_views"),
    path("views/<int:view_id>", ViewView.as_view(), name="api_view"),
    path("forms", FormsView.as_view(), name="api_forms"),
    path("forms/<slug:key>", FormView.as_view(), name="api_form"),
    path("forms/<slug:key>/draft", FormDraftView.as_view(), name="api_form_draft"),
    path("forms/<slug:key>/undo", FormUndoView.as_view(), name="api_form_undo"),
    path("forms/<slug:key>/redo", FormRedoView.as_view(), name="api_form_redo"),
    path("forms/<slug:key>/copy", FormCopyView.as_view(), name="api_form_copy"),
    path("forms/<slug:key>/versions", FormVersionsView.as_view(), name="api_form_versions"),
    path("forms/<slug:key>/versions/<int:number>", FormVersionView.as_view(), name="api_form_version"),
    path("forms/<slug:key>/publish", FormPublishView.as_view(), name="api_form_publish"),
    path("cases", CasesView.as_view(), name="api_cases"),
    path("cases/<slug:number>", CaseView.as_view(), name="api_case"),
    path("cases/<slug:number>/timeline", TimelineView.as_view(), name="api_case_timeline"),
    path("approvals/<uuid:approval_id>", ApprovalView.as_view(), name="api_approval"),
    path("approvals/<uuid:approval_id>/amount", AmountView.as_view(), name="api_approval_amount"),
    path("approvals/<uuid:approval_id>/approvers", ApproversView.as_view(), name="api_approval_approvers"),
    path("approvals/<uuid:approval_id>/withdraw", WithdrawView.as_view(), name="api_approval_withdraw"),
    path("approvals/<uuid:approval_id>/evidence", ApprovalEvidenceView.as_view(), name="api_approval_evidence"),
    path("tasks/<uuid:task_id>/evidence", TaskEvidenceView.as_view(), name="api_task_evidence"),
    path("cases/<slug:number>/evidence", CaseEvidenceView.as_view(), name="api_case_evidence"),
]
