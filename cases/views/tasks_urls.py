"""Addresses of what happens to one task besides its answer. Include at the root."""

from __future__ import annotations

from django.urls import path

from cases.views import task_life

urlpatterns = [
    path("inbox/<uuid:task_id>/undo/", task_life.undo, name="task_undo"),
    path("inbox/<uuid:task_id>/hand-on/", task_life.hand_on, name="task_hand_on"),
    path("inbox/<uuid:task_id>/give-back/", task_life.give_back, name="task_give_back"),
    path("inbox/<uuid:task_id>/comments/", task_life.comment, name="task_comment"),
    path("inbox/<uuid:task_id>/draft/", task_life.draft, name="task_draft"),
    path("inbox/<uuid:task_id>/mark/", task_life.mark, name="task_mark"),
    path("inbox/<uuid:task_id>/questions/", task_life.ask, name="task_ask"),
    path(
        "inbox/<uuid:task_id>/questions/<uuid:request_id>/withdraw/",
        task_life.withdraw_question,
        name="task_question_withdraw",
    ),
    path("inbox/<uuid:task_id>/reopen/", task_life.reopen, name="task_reopen"),
    path("inbox/<uuid:task_id>/guests/", task_life.invite, name="task_invite"),
    path("inbox/<uuid:task_id>/guests/<uuid:pass_id>/revoke/", task_life.revoke, name="task_revoke_guest"),
]
