"""What a type of case says, checked, and what follows from it: the priority that its rules give. Pure but for reading.

Errors are ``CaseTypeError case_type.invalid`` with ``details["field"]``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from cases.checklists import read_asked, write_asked
from cases.errors import CaseInvalid, CaseTypeError
from cases.models import DEFAULT_STATUSES, CaseType, Priority
from integrator.lib.schema import SchemaError, compile_schema

MAX_NAMES = 50
MAX_STATUS = 60
MAX_RULES = 50
MAX_RETENTION_DAYS = 36_500
COMPARISONS = ("above", "below", "equals", "contains")
KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")
_PREFIX = re.compile(r"[A-Z][A-Z0-9]{0,7}")
COMMON_PREFIX = "C"


@dataclass(frozen=True, kw_only=True)
class CaseTypeData:
    """Everything that can be changed of a type. See ``CaseType`` for the shapes; ``team`` is a short name or None."""

    name: str
    team: str | None = None
    statuses: Sequence[str] = DEFAULT_STATUSES
    final_statuses: Sequence[str] = ("approved", "rejected", "closed")
    milestones: Sequence[str] = ()
    fields: Mapping[str, Any] | None = None
    contributions: Any = ()
    party_roles: Sequence[str] = ()
    priority_rules: Sequence[Mapping[str, Any]] = ()
    number_prefix: str = ""
    number_digits: int = 6
    retention_days: int | None = None
    regulated: bool = False
    confidential_default: bool = False
    is_offered: bool = False


def check_type(data: CaseTypeData) -> dict[str, Any]:
    """This will give the columns of a type. Raises CaseTypeError naming the field."""
    if not data.name.strip() or len(data.name) > 120:
        raise invalid("name", "A case type has a name of 1 to 120 characters.")
    statuses = _check_names(data.statuses, "statuses", MAX_STATUS)
    final = _check_names(data.final_statuses, "final_statuses", MAX_STATUS)
    if not statuses:
        raise invalid("statuses", "A case type needs at least one status, such as open.")
    strange = [name for name in final if name not in statuses]
    if strange:
        raise invalid("final_statuses", f"“{strange[0]}” closes a case but is not among the statuses. Add it there.")
    prefix = data.number_prefix.strip().upper()
    if prefix and not _PREFIX.fullmatch(prefix):
        raise invalid("number_prefix", "Numbers begin with 1 to 8 capital letters or digits, a letter first: INV.")
    if not 3 <= data.number_digits <= 9:
        raise invalid("number_digits", "The count in a number has 3 to 9 digits.")
    if data.retention_days is not None and not 1 <= data.retention_days <= MAX_RETENTION_DAYS:
        raise invalid("retention_days", "Cases are kept for 1 to 36,500 days after closing, or without end.")
    return {
        "name": data.name.strip(),
        "statuses": statuses,
        "final_statuses": final,
        "milestones": _check_names(data.milestones, "milestones", 100),
        "fields": check_fields(data.fields),
        "contributions": _check_contributions(data.contributions),
        "party_roles": _check_names(data.party_roles, "party_roles", 60),
        "priority_rules": check_rules(data.priority_rules),
        "number_prefix": "" if prefix == COMMON_PREFIX else prefix,
        "number_digits": data.number_digits,
        "retention_days": data.retention_days,
        "regulated": data.regulated,
        "confidential_default": data.confidential_default,
        "is_offered": data.is_offered,
    }


def check_fields(fields: Any) -> Any:
    """The JSON Schema of the data, None for free data. Raises CaseTypeError."""
    if not fields:
        return None
    if not isinstance(fields, Mapping) or fields.get("type") != "object":
        raise invalid("fields", "The fields are a JSON Schema of type object with the fields as properties.")
    try:
        compile_schema(fields)
    except SchemaError as error:
        raise invalid("fields", f"The fields are not usable: {error.message}") from error
    return dict(fields)


def check_rules(rules: Any) -> list[dict[str, Any]]:
    """Priority rules in their order. Raises CaseTypeError."""
    if not isinstance(rules, Sequence) or isinstance(rules, str) or len(rules) > MAX_RULES:
        raise invalid("priority_rules", f"Priority rules are a list of at most {MAX_RULES}.")
    return [_check_rule(rule) for rule in rules]


def choose_priority(case_type: CaseType, data: Mapping[str, Any]) -> str:
    """This will give the priority of the first rule that holds for the data, normal where none does."""
    for rule in case_type.priority_rules:
        if _holds(rule, data.get(rule["field"])):
            return str(rule["priority"])
    return Priority.NORMAL.value


def list_columns(case_type: CaseType) -> list[tuple[str, str]]:
    """The type's fields that a list can show as columns, ``(key, label)``: those of one value."""
    properties = (case_type.fields or {}).get("properties") or {}
    return [
        (str(key), str(part.get("title") or key.replace("_", " ").capitalize()))
        for key, part in properties.items()
        if isinstance(part, Mapping) and part.get("type") in ("string", "number", "integer", "boolean")
        and part.get("x-sensitive") is not True
    ]  # fmt: skip


def invalid(name: str, message: str) -> CaseTypeError:
    """The error of one field."""
    return CaseTypeError("case_type.invalid", message, {"field": name})


def _check_rule(rule: Any) -> dict[str, Any]:
    wanted = {"field", "is", "value", "priority"}
    if not isinstance(rule, Mapping) or set(rule) != wanted:
        raise invalid("priority_rules", "A rule has a field, a comparison ('is'), a value and a priority.")
    if not isinstance(rule["field"], str) or not rule["field"]:
        raise invalid("priority_rules", "A rule names a field of the case's data.")
    if rule["is"] not in COMPARISONS:
        raise invalid("priority_rules", f"A field is compared by one of {', '.join(COMPARISONS)}.")
    if rule["priority"] not in Priority.values:
        raise invalid("priority_rules", f"A priority is one of {', '.join(Priority.values)}.")
    if rule["is"] in ("above", "below") and _as_number(rule["value"]) is None:
        raise invalid("priority_rules", f"“{rule['is']}” compares with a number.")
    if not isinstance(rule["value"], str | int | float | bool):
        raise invalid("priority_rules", "A rule compares with a text or a number.")
    return {name: rule[name] for name in ("field", "is", "value", "priority")}


def _holds(rule: Mapping[str, Any], value: Any) -> bool:
    wanted = rule["value"]
    if rule["is"] in ("above", "below"):
        number, bound = _as_number(value), _as_number(wanted)
        if number is None or bound is None:
            return False
        return number > bound if rule["is"] == "above" else number < bound
    if rule["is"] == "contains":
        parts = value if isinstance(value, list) else [value]
        return any(str(wanted).casefold() in str(part).casefold() for part in parts if part is not None)
    number, bound = _as_number(value), _as_number(wanted)
    if number is not None and bound is not None:
        return number == bound
    return value is not None and str(value).casefold() == str(wanted).casefold()


def _as_number(value: Any) -> Decimal | None:
    """A number, also one written as text or as the amount of a money field. None for anything else."""
    if isinstance(value, Mapping):
        value = value.get("amount")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _check_contributions(value: Any) -> list[dict[str, Any]]:
    try:
        return write_asked(read_asked(value or None))
    except CaseInvalid as error:
        raise invalid("contributions", error.message) from error


def _check_names(names: Sequence[str], field_name: str, max_chars: int) -> list[str]:
    if isinstance(names, str) or not isinstance(names, Sequence) or len(names) > MAX_NAMES:
        raise invalid(field_name, f"This is a list of at most {MAX_NAMES} names.")
    for name in names:
        if not isinstance(name, str) or not name.strip() or len(name) > max_chars:
            raise invalid(field_name, f"Each of these is a name of 1 to {max_chars} characters.")
    return list(dict.fromkeys(name.strip() for name in names))
