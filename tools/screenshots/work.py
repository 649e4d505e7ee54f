"""People's work in the world: a library form, a question, comments, a substitute, a sample, clocks and a dispute."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from tools.demo.telling import StageFailed
from tools.screenshots.world import FLOWS, World, publish

DISPUTE = "DSP-7734"  # of the demo's cases
CLAIM = {
    "claim": "R-1207",
    "customer": "Südkraft",
    "report": "Two of nine pallets got wet between Kiel and Hamburg.",
}


def fill_work(world: World) -> None:
    """Let people do with tasks and cases what they do besides answering. After approvals were filled."""
    fill_forms(world)
    talk_about_tasks(world)
    name_substitute(world)
    draw_sample(world)
    note_places(world)


def fill_forms(world: World) -> None:
    """A published form of the library, its flow, and a task that waits with it."""
    ana = world.sign_in("ana")
    schema = json.loads((FLOWS / "credit-note.json").read_text(encoding="utf-8"))
    ana.post("/api/v1/forms", {"key": "credit-note", "name": "Credit note", "team": "operations", "schema": schema})
    ana.post("/api/v1/forms/credit-note/publish", {"note": "With who was told"})
    publish(ana, (FLOWS / "goods-claim.yaml").read_text(encoding="utf-8"))
    run = world.post("/hooks/goods-claim", CLAIM)
    world.places["library task"] = f"/inbox/{world.wait_for_task('fin', run)['id']}/"
    world.places["form"] = "/forms/credit-note/"


def talk_about_tasks(world: World) -> None:
    """Lee calls on Bo in a comment, asks Lia for information and follows the case."""
    lee = world.sign_in("lee")
    tasks = {row["title"]: row for row in lee.get("/api/v1/tasks?limit=200&status=open")["results"]}
    asked = tasks["Framework agreement, Ostsee Packaging"]
    task, number = f"/api/v1/tasks/{asked['id']}", asked["case"]
    lee.post(f"{task}/comments", {"text": "@bo the logo on page 3 is the old one, is that meant?"})
    lee.post(f"{task}/information", {"question": "Which of the two price lists is agreed?", "who": "lia"})
    lee.post(f"/api/v1/cases/{number}/watch", {"watching": True})
    world.places["asked task"] = f"/inbox/{asked['id']}/"


def name_substitute(world: World) -> None:
    """Fin is away from next week on, and Ops stands in."""
    begins_at = datetime.now(UTC) + timedelta(days=7)
    times = {"starts_at": begins_at.isoformat(), "ends_at": (begins_at + timedelta(days=5)).isoformat()}
    world.sign_in("fin").post("/api/v1/substitutes", {"substitute": "ops", "note": "Summer holiday", **times})


def draw_sample(world: World) -> None:
    """The auditor draws five decisions."""
    aud = world.sign_in("aud")
    aud.submit("/audit/samples/draw/", {"name": "task.decided", "size": "5", "seed": "spring"})
    world.places["sample"] = first(aud.read_links("/audit/samples/", "/audit/samples/"), "sample")


def note_places(world: World) -> None:
    """Where the dispute of the demo, the whole approval and a clock are."""
    lee, ops = world.sign_in("lee"), world.sign_in("ops")
    rows = ops.get("/api/v1/cases?limit=200")["results"]
    numbers = [str(row["number"]) for row in rows if row["business_key"] == DISPUTE]
    world.places["dispute"] = f"/cases/{first(numbers, 'dispute')}/"
    world.places["approval"] = first(lee.read_links(world.places["task"], "/approvals/"), "approval")
    world.places["clock"] = first(lee.read_links(world.places["asked task"], "/clocks/"), "clock")


def first(found: list[str], what: str) -> str:
    """The first that was found. Raises StageFailed when there is none."""
    if not found:
        raise StageFailed(what.capitalize(), "is not linked where it should be")
    return found[0]
