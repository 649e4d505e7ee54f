"""Business calendars: hours, breaks, public holidays and own days of a team, for counting working time."""

from integrator.people.calendars.building import (
    DEFAULT_KEY,
    build_calendar,
    working_calendar_of,
    working_calendar_of_team,
)

__all__ = ["DEFAULT_KEY", "build_calendar", "working_calendar_of", "working_calendar_of_team"]
