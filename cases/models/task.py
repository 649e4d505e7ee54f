"""Shape of human work: tasks, who may answer them, and approvals that join several. No story here."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from cases.fields import JSONTextField
from cases.models.case import Case, Priority
from cases.querysets import TaskQuerySet
from integrator.people.models import Team


class TaskKind(models.TextChoices):
    """Somebody does a piece of work, gives one answer of an approval, tells what is asked, or opens a matter again."""

    ASSIGN = "assign", "Work"
    APPROVE = "approve", "Approval"
    INFORMATION = "information", "Question"
    REOPEN = "reopen", "Request to reopen"


class TaskStatus(models.TextChoices):
    """``done`` and ``withdrawn`` are final."""

    OPEN = "open", "Open"
    CLAIMED = "claimed", "Claimed"
    DONE = "done", "Done"
    WITHDRAWN = "withdrawn", "Withdrawn"


class Approval(models.Model):
    """Several entries under one rule.

    ``entries`` is who was asked, resolved when asked: ``[{ref, label, veto, candidates: [{person_id, team_id, ref,
    stands_for}], level, overtaken}]``. ``template`` is what every task of it shows: ``{title, show, form,
    priority}``. ``chain`` are its levels (``cases.chains``), empty for one level of ``rule`` and ``order``. ``amount``
    is a decimal as text, empty where no amount counts; ``amount_field`` is the field of the case's data it follows.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    origin = models.CharField(max_length=64, db_index=True)
    rule = JSONTextField()
    order = models.CharField(max_length=10, choices=[("parallel", "All at once"), ("serial", "One after another")])
    entries = JSONTextField()
    template = JSONTextField()
    state = models.CharField(
        max_length=10, default="open", choices=[("open", "Open"), ("decided", "Decided"), ("withdrawn", "Withdrawn")]
    )
    outcome = models.CharField(max_length=10, blank=True, default="")
    case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.PROTECT, related_name="approvals")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    correlation = models.CharField(max_length=64, blank=True, default="")
    due_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    chain = JSONTextField(default=list)
    amount = models.CharField(max_length=40, blank=True, default="")
    currency = models.CharField(max_length=3, blank=True, default="")
    amount_field = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="decided", outcome__in=["approved", "rejected"], decided_at__isnull=False)
                | Q(state__in=["open", "withdrawn"], outcome="", decided_at__isnull=True),
                name="approval_states",
            )
        ]

    def __str__(self) -> str:
        return f"approval {self.pk}"


class Task(models.Model):
    """One question to people. ``origin`` is the opaque id of who asked, ``team`` the team of that flow.

    ``entry`` is how the asked one is called (``Legal``), ``entry_ref`` how it was written (``team:legal``).
    ``show`` is ``[{label, value, as}]``; ``show_sha256`` its hash as it stood at the decision. ``decided_for`` names
    the one for whom somebody else answered, ``covered`` the person where it was as their substitute. ``decision_key``
    is the caller's Idempotency-Key. ``sensitive`` are texts and numbers in it that every reader sees masked.
    ``overtaken``: of an approval, its answer counts no more, because it was about another amount.

    ``settles_at``: the answer can be undone until then and counts only afterwards; None: it counts. ``undo_s`` is how
    long the asker lets answers be undone, None: as the settings say. ``delegated_by`` is who gave the task to its
    present holder and gets it back with ``proposal`` (``{outcome, data, comment, by, at}``). ``outcome_looks`` is
    ``{outcome: {label, needs_comment, style}}`` where the asker said so. ``decided_by_guest`` is the address
    of somebody without an account who answered. ``released_at`` is when it was last open again to all who are asked,
    None: it never was taken. ``follow_up_at`` is when its people want to look again. ``reopens`` is
    the answered task that this one is about, of whoever is asked to open it again.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    kind = models.CharField(max_length=20, choices=TaskKind.choices)
    title = models.CharField(max_length=500)
    show = JSONTextField(default=list)
    sensitive = JSONTextField(default=list)
    form = JSONTextField(null=True, blank=True)
    outcomes = JSONTextField()
    outcome_looks = JSONTextField(default=dict)
    status = models.CharField(max_length=10, choices=TaskStatus.choices, default=TaskStatus.OPEN)
    priority = models.CharField(max_length=10, choices=Priority.choices, default=Priority.NORMAL)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="assigned_tasks"
    )
    case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.PROTECT, related_name="tasks")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="tasks")
    origin = models.CharField(max_length=64, db_index=True)
    correlation = models.CharField(max_length=64, blank=True, default="", db_index=True)
    approval = models.ForeignKey(Approval, null=True, blank=True, on_delete=models.PROTECT, related_name="tasks")
    position = models.PositiveSmallIntegerField(default=0)
    veto = models.BooleanField(default=False)
    entry = models.CharField(max_length=200, blank=True, default="")
    entry_ref = models.CharField(max_length=200, blank=True, default="")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    due_at = models.DateTimeField(null=True, blank=True)
    follow_up_at = models.DateTimeField(null=True, blank=True)
    undo_s = models.PositiveSmallIntegerField(null=True, blank=True)
    delegated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    proposal = JSONTextField(null=True, blank=True)
    reopens = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="reopening_tasks"
    )
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=100, blank=True, default="")
    data = JSONTextField(null=True, blank=True)
    comment = models.TextField(null=True, blank=True)  # noqa: DJ001  absent is null, in every interface
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="decided_tasks"
    )
    decided_by_guest = models.CharField(max_length=254, blank=True, default="")
    decided_for = models.CharField(max_length=200, blank=True, default="")
    covered = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    settles_at = models.DateTimeField(null=True, blank=True)
    decision_key = models.CharField(max_length=255, blank=True, default="")
    show_sha256 = models.CharField(max_length=64, blank=True, default="")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.CharField(max_length=1000, blank=True, default="")
    overtaken = models.BooleanField(default=False)

    objects = TaskQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [
            models.Index(  # the inbox
                fields=["due_at", "id"], name="task_active_due", condition=Q(status__in=["open", "claimed"])
            ),
            models.Index(fields=["status", "created_at", "id"], name="task_status_created"),
            models.Index(fields=["decided_by", "-decided_at"], name="task_decided_by"),
            models.Index(  # what came to an inbox since it was shown
                fields=["released_at"], name="task_released", condition=Q(released_at__isnull=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="open", assignee__isnull=True, decided_at__isnull=True)
                | Q(status="claimed", claimed_at__isnull=False, decided_at__isnull=True)
                | Q(status="done", decided_at__isnull=False, withdrawn_at__isnull=True)
                | Q(status="withdrawn", withdrawn_at__isnull=False, decided_at__isnull=True),
                name="task_states",
            ),
            models.CheckConstraint(
                condition=Q(kind="approve", approval__isnull=False)
                | Q(kind__in=["assign", "information", "reopen"], approval__isnull=True),
                name="task_kind_approval",
            ),
            models.CheckConstraint(
                condition=Q(settles_at__isnull=True) | Q(status="done"), name="task_settles_when_done"
            ),
            models.CheckConstraint(condition=Q(priority__in=Priority.values), name="task_priority_known"),
            models.UniqueConstraint(fields=["approval", "position"], name="task_entry_once"),
        ]

    def __str__(self) -> str:
        return self.title


class TaskCandidate(models.Model):
    """Somebody, or any fitting member of a team, who may answer a task.

    ``stands_for`` names the one who was asked first, where a lead stands in (``lee``, ``team:legal``).
    ``is_delegate``: only for as long as the task is delegated to them.
    """

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="candidates")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    stands_for = models.CharField(max_length=200, blank=True, default="")
    is_delegate = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, team__isnull=True) | Q(person__isnull=True, team__isnull=False),
                name="task_candidate_one",
            ),
            models.UniqueConstraint(fields=["task", "person"], name="task_candidate_person_once"),
            models.UniqueConstraint(fields=["task", "team"], name="task_candidate_team_once"),
        ]

    def __str__(self) -> str:
        return f"candidate of {self.task_id}"
