"""Forms: fields of their own as a table, one that the flow holds, or one of the library with the version it stays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flows.definition.kind import Setting
from flows.definition.model import JSON
from flows.designer.inspector.widgets.base import Facts, Offered, Option, Parts, Unfit
from flows.designer.inspector.widgets.tables import FIELDS


class FormFields:
    """``use`` is the chosen form, "" for fields of its own; ``used`` the one that ``version`` belongs to."""

    template, is_group, takes_expression = "form", True, False

    def fill(self, setting: Setting, value: JSON) -> dict[str, str]:
        """The key and version of a form of the library, or a row a field."""
        if not isinstance(value, dict) or "use" not in value:
            return FIELDS.fill(setting, value)
        use, version = value["use"], value.get("version")
        if not isinstance(use, str) or not use.strip() or not set(value) <= {"use", "version"}:
            raise Unfit
        if version is None and "version" not in value:
            return {"use": use, "used": use, "version": ""}
        if not isinstance(version, int) or isinstance(version, bool):
            raise Unfit
        return {"use": use, "used": use, "version": str(version)}

    def read(self, setting: Setting, parts: Parts, facts: Facts) -> JSON:
        """``{use, version}``, or the schema. Another form begins without a version."""
        use, version = parts.get("use", ""), parts.get("version", "")
        if not use:
            return FIELDS.read(setting, parts, facts)
        if use == parts.get("used") and version.isdecimal():
            return {"use": use, "version": int(version)}
        return {"use": use}

    def show(self, setting: Setting, parts: Parts, facts: Facts) -> dict[str, Any]:
        """Forms of the flow and of the team; of a chosen one of the team its versions, else the rows of fields."""
        use, version = parts.get("use", ""), parts.get("version", "")
        own = facts.options("own_form")
        names = {option.value for option in own}
        is_own = use in names and not version
        listed = [option for option in facts.options("form") if option.value not in names]
        forms = listed if is_own else _with(listed, use, use)
        shown: dict[str, Any] = {"own": own, "forms": forms, "use": use, "is_own": is_own}
        if not use:
            return {**FIELDS.show(setting, parts, facts), **shown}
        if is_own:
            return shown
        return {**shown, "version": version, "versions": _with(facts.form_versions(use), version, f"v{version}")}


def _with(options: Sequence[Offered], chosen: str, label: str) -> list[Offered]:
    """What is named though it is not there is shown too, so that it is not lost."""
    shown: list[Offered] = list(options)
    if chosen and all(option.value != chosen for option in shown):
        shown.append(Option(value=chosen, label=label, hint="not there yet"))
    return shown


FORM = FormFields()
