"""The people app."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """People, teams and rights."""

    name = "integrator.people"
    label = "people"
    verbose_name = "People"

    def ready(self) -> None:
        """Connect the framework's sign-in signals to the event log."""
        from integrator.people import sign_in_events  # lazy: needs models, which are loaded by now

        sign_in_events.connect()
