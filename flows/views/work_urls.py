"""Addresses of the start page, the inbox and cases. Include at the root."""

from __future__ import annotations

from django.urls import path

from flows.views import cases, home, inbox_bulk, reveals, tasks

urlpatterns = [
    path("", home.show_home, name="home"),
    path("inbox/", tasks.show_inbox, name="inbox"),
    path("inbox/bulk/", inbox_bulk.do_bulk, name="inbox_bulk"),
    path("inbox/<uuid:task_id>/", tasks.show_task, name="task"),
    path("inbox/<uuid:task_id>/news/", tasks.show_task_news, name="task_news"),
    path("inbox/<uuid:task_id>/claim/", tasks.claim, name="task_claim"),
    path("inbox/<uuid:task_id>/release/", tasks.release, name="task_release"),
    path("inbox/<uuid:task_id>/files/", tasks.attach, name="task_attach"),
    path("inbox/<uuid:task_id>/reveal/", reveals.reveal_in_task, name="task_reveal"),
    path("cases/<str:number>/", cases.show_case, name="case"),
    path("cases/<str:number>/reveal/", reveals.reveal_in_case, name="case_reveal"),
    path("cases/<str:number>/news/", cases.show_case_news, name="case_news"),
    path("cases/<str:number>/priority/", cases.change_priority, name="case_priority"),
    path("cases/<str:number>/files/", cases.attach, name="case_attach"),
]
