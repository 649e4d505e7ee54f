"""Why a policy was not changed, or a clock not shown. The core knows no HTTP status; the interface maps ``code``.

CaseError
└── SlaError
    ├── PolicyNotFound   sla_policy.not_found   no such policy, or not yours to see
    ├── PolicyForbidden  sla_policy.forbidden   seen, but not to be changed by them
    ├── PolicyInvalid    sla_policy.invalid     a field cannot be as asked; ``details["field"]``
    ├── PolicyExists     sla_policy.exists      another one has this short name, or is for the very same
    └── ClockNotFound    sla_clock.not_found    no clock, or its task or case is not yours
"""

from __future__ import annotations

from cases.errors import CaseError


class SlaError(CaseError):
    """Anything about policies and clocks."""


class PolicyNotFound(SlaError):
    """There is no such policy, or the person may not see it: nobody can tell which."""

    def __init__(self) -> None:
        super().__init__("sla_policy.not_found", "There is nothing here that you can see.")


class PolicyForbidden(SlaError):
    """The person sees the policy, or where it would be, but may not change it."""

    def __init__(self) -> None:
        message = "Only an administrator changes policies for every team; leads change those of their team."
        super().__init__("sla_policy.forbidden", message)


class PolicyInvalid(SlaError):
    """A field of a policy cannot be as asked."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__("sla_policy.invalid", message, {"field": field})


class PolicyExists(SlaError):
    """Another policy is in the way."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__("sla_policy.exists", message, {"field": field})


class ClockNotFound(SlaError):
    """There is no such clock, or the person may not see what it is for: nobody can tell which."""

    def __init__(self) -> None:
        super().__init__("sla_clock.not_found", "There is no such clock, or you may not see what it is for.")
