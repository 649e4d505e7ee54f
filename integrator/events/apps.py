"""The events app."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    """The event log."""

    name = "integrator.events"
    label = "events"
    verbose_name = "Audit trail"
