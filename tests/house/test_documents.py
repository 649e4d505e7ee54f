"""What the documents name exists, and what exists is documented."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parent.parent.parent
DOCUMENTS = sorted(
    [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "deploy").rglob("*.md")]
)
OWN_APPS = ("integrator", "cases", "notifications", "flows")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def read_documented_commands(text: str) -> set[str]:
    return set(re.findall(r"manage\.py ([a-z_]+)", text))


def find_settings() -> Iterator[str]:
    """The variable names that settings.py reads through the typed readers."""
    for node in ast.walk(ast.parse((ROOT / "integrator" / "settings.py").read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            if isinstance(owner, ast.Name) and owner.id == "env" and isinstance(node.args[0], ast.Constant):
                yield node.args[0].value


class TestDocuments:
    @pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
    def test_link_to_files_that_exist(self, path: Path) -> None:
        links = re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text())
        assert [link for link in links if not (path.parent / link).exists()] == []

    @pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
    def test_name_commands_that_exist(self, path: Path) -> None:
        assert read_documented_commands(path.read_text()) - set(get_commands()) == set()

    @pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
    def test_name_make_targets_that_exist(self, path: Path) -> None:
        named = set(re.findall(r"(?:^|`|&& )(?:[A-Z_]+=\S+ )?make ([a-z-]+)", path.read_text(), re.MULTILINE))
        targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
        assert named - targets == set()

    def test_list_every_command_of_ours(self) -> None:
        ours = {name for name, app in get_commands().items() if str(app).split(".")[0] in OWN_APPS}
        assert ours - read_documented_commands((ROOT / "docs" / "commands.md").read_text()) == set()

    def test_list_every_setting_and_no_other(self) -> None:
        documented = re.findall(r"^\| `([A-Z0-9_]+)` \|", (ROOT / "docs" / "settings.md").read_text(), re.MULTILINE)
        assert sorted(documented) == sorted(set(find_settings()))


class TestReadme:
    def test_draws_the_folders_that_exist(self) -> None:
        drawing = (ROOT / "README.md").read_text().partition("```text")[2].partition("```")[0]
        folders = re.findall(r"([a-z]+)/(?:\s|$)", drawing)
        assert len(folders) > 5
        assert [folder for folder in folders if not (ROOT / folder).is_dir()] == []


class TestDecisions:
    def test_are_numbered_without_gaps(self) -> None:
        numbers = sorted(int(path.name[:4]) for path in (ROOT / "docs" / "adr").glob("*.md"))
        assert numbers == list(range(1, len(numbers) + 1))

    @pytest.mark.parametrize("path", sorted((ROOT / "docs" / "adr").glob("*.md")), ids=name_of)
    def test_say_context_decision_and_consequences(self, path: Path) -> None:
        assert re.findall(r"\*\*(\w+)\.\*\*", path.read_text()) == ["Context", "Decision", "Consequences"]
