"""Logs are one JSON object a line, carry the run's id, and hold no credential."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from integrator import logs
from integrator.lib.redaction import MASK

TOKEN = "itg_" + "Abc-123_" * 5


class Written:
    """What went to standard error so far."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys, self._text = capsys, ""

    def getvalue(self) -> str:
        self._text += self._capsys.readouterr().err
        return self._text


@pytest.fixture
def written(capsys: pytest.CaptureFixture[str]) -> Iterator[Written]:
    """Logging set up as in the product, and put back afterwards."""
    root = logging.getLogger()
    handlers, level, ours = list(root.handlers), root.level, structlog.get_config()
    logs.configure({"console": False, "level": "DEBUG"})
    yield Written(capsys)
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**ours)


def lines(stream: Written) -> list[dict]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


class TestConfigure:
    def test_writes_both_sorts_of_loggers_as_json(self, written: Written) -> None:
        logging.getLogger("some.library").warning("said %s", "hello")
        structlog.get_logger("ours").info("step landed", step="review")
        first, second = lines(written)
        assert (first["event"], first["level"], first["logger"]) == ("said hello", "warning", "some.library")
        assert (second["event"], second["step"]) == ("step landed", "review")
        assert second["timestamp"].endswith("Z")

    def test_names_the_run(self, written: Written) -> None:
        with logs.bind_run("run-1"):
            logging.getLogger("x").warning("inside")
        logging.getLogger("x").warning("outside")
        assert [line.get("run") for line in lines(written)] == ["run-1", None]

    def test_adds_one_handler_however_often(self, written: Written) -> None:
        logs.configure({"console": False})
        logging.getLogger("x").warning("once")
        assert len(lines(written)) == 1

    def test_writes_readable_lines_for_a_terminal(self, written: Written) -> None:
        logs.configure({"console": True})
        logging.getLogger("x").warning("plain words")
        assert "plain words" in written.getvalue()
        assert not written.getvalue().startswith("{")


class TestMasking:
    @pytest.mark.parametrize(
        ("name", "value"),
        [("authorization", "Basic abc"), ("api_token", "x1y2"), ("password", "x1y2"), ("signing_secret", "x1y2")],
    )
    def test_hides_members_by_their_name(self, written: Written, name: str, value: str) -> None:
        structlog.get_logger("x").info("call", **{name: value}, headers={name: value}, found=[{name: value}])
        [line] = lines(written)
        assert (line[name], line["headers"], line["found"]) == (MASK, {name: MASK}, [{name: MASK}])

    @pytest.mark.parametrize(
        ("text", "secret"),
        [
            (f"used {TOKEN} twice", TOKEN),
            ("Authorization: Bearer abc.def-ghi", "abc.def-ghi"),
            ("Not Found: /status/aBcDeF123456", "aBcDeF123456"),
            ("https://zoe:hunter22@example.org/x", "hunter22"),
            ("GET /hooks/x?token=verysecret&a=1", "verysecret"),
            ("GET /hooks/x?api_key=verysecret", "verysecret"),
        ],
    )
    def test_cuts_credentials_out_of_texts(self, written: Written, text: str, secret: str) -> None:
        logging.getLogger("x").warning("%s", text)
        structlog.get_logger("x").info(text, address=text, error=ValueError(text))
        assert secret not in written.getvalue()
        assert MASK in written.getvalue()

    def test_reaches_into_tracebacks_which_have_no_local_variables(self, written: Written) -> None:
        def fail() -> None:
            hidden = "local-marker"
            raise ValueError(f"refused {TOKEN} of {len(hidden)}")

        try:
            fail()
        except ValueError:
            logging.getLogger("x").exception("broke")
        [line] = lines(written)
        assert "Traceback" in line["exception"]
        assert TOKEN not in line["exception"]
        assert 'local-marker"' not in line["exception"].replace('hidden = "local-marker"', "")

    def test_leaves_harmless_members_and_numbers(self, written: Written) -> None:
        structlog.get_logger("x").info("ok", step_key="review", business_key="A-1", took_s=0.5, done=True, none=None)
        [line] = lines(written)
        assert (line["step_key"], line["business_key"], line["took_s"]) == ("review", "A-1", 0.5)
        assert (line["done"], line["none"]) == (True, None)
