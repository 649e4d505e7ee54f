"""Dangerous settings are found, each with a hint; the defaults have no finding."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks

from integrator import checks
from integrator.checks import check_settings

SAFE: dict[str, Any] = {
    "DEBUG": False,
    "ALLOWED_HOSTS": ["localhost"],
    "BASE_URL": "",
    "HTTPS_ONLY": False,
    "TRUSTED_PROXY": False,
    "IS_EMBEDDED": True,
}
HTTPS = {"BASE_URL": "https://flows.example.com", "HTTPS_ONLY": True, "TRUSTED_PROXY": True}


@pytest.fixture(autouse=True)
def _safe(settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "is_postgresql", lambda: False)
    for name, value in {**SAFE, "KEYS_DIR": tmp_path}.items():
        setattr(settings, name, value)
    settings.SECRETS_KEY_PATH = tmp_path / "secrets.key"
    settings.SEAL_KEY_PATH = tmp_path / "seal.key"


class TestCheckSettings:
    @pytest.mark.parametrize(
        ("changes", "found"),
        [
            ({}, []),
            (HTTPS, []),
            ({"SCHEDULE_ZONE": "Vienna"}, ["integrator.E006"]),
            ({"is_postgresql": True, "IS_EMBEDDED": False}, []),
            ({"DEBUG": True}, []),
            ({"DEBUG": True, "ALLOWED_HOSTS": ["localhost", "flows.example.com"]}, ["integrator.E001"]),
            ({"ALLOWED_HOSTS": ["*"]}, ["integrator.E002"]),
            ({"BASE_URL": "flows.example.com"}, ["integrator.E003"]),
            ({"BASE_URL": "https://flows.example.com/app"}, ["integrator.E003"]),
            ({**HTTPS, "BASE_URL": "http://flows.example.com"}, ["integrator.E004"]),
            ({**HTTPS, "TRUSTED_PROXY": False}, ["integrator.W001"]),
            ({"is_postgresql": True}, ["integrator.W002"]),
            ({"IS_EMBEDDED": False}, ["integrator.W003"]),
        ],
    )
    def test_finds(
        self,
        settings,
        monkeypatch: pytest.MonkeyPatch,
        changes: dict[str, Any],
        found: list[str],
    ) -> None:
        changes = dict(changes)
        is_postgresql = changes.pop("is_postgresql", False)
        monkeypatch.setattr(checks, "is_postgresql", lambda: is_postgresql)
        for name, value in changes.items():
            setattr(settings, name, value)
        findings = check_settings()
        assert [finding.id for finding in findings] == found
        assert all(finding.hint for finding in findings)

    @pytest.mark.parametrize(
        ("mode", "found"), [(0o600, []), (0o640, ["integrator.W004"]), (0o644, ["integrator.E005"])]
    )
    def test_looks_at_the_mode_of_key_files(self, settings, mode: int, found: list[str]) -> None:
        settings.SEAL_KEY_PATH.write_text("x")
        settings.SEAL_KEY_PATH.chmod(mode)
        assert [finding.id for finding in check_settings()] == found

    def test_is_passed_with_djangos_own(self, settings) -> None:
        settings.ALLOWED_HOSTS = ["*"]
        assert "integrator.E002" in [finding.id for finding in run_checks()]
