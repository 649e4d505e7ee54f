"""A product with a good mix of work in it, and its partner: what screenshots show and browser tests walk through."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from tools.demo.books import ASSETS, SentRequest
from tools.demo.partner import Partner
from tools.demo.product import ROOT, Product, choose_port
from tools.demo.round_trip import WITHIN_S, wait_for
from tools.demo.telling import StageFailed
from tools.screenshots.people import PersonAtWork

PASSWORD = "demo-demo-1"  # of people who exist on this machine and in this folder only
SECRET = "demo-content"
PEOPLE = ("ana", "lee", "lia", "bo", "fin", "ops", "aud", "admin")
FLOWS = Path(__file__).parent / "flows"
ROUND_TRIP = ROOT / "flows" / "gallery" / "content-approval.yaml"
PUBLISHED = (
    "invoice-exception", "contract-approval", "product-feed", "supplier-check", "morning-report", "new-orders",
)  # fmt: skip
CONNECTION = {
    "name": "ERP production",
    "key": "erp",
    "base_url": "https://erp.example.com/api",
    "kind": "bearer",
    "secret": "not-a-real-token",
}
INVOICE = {
    "supplier": "Brightwater Foods",
    "fault": "The order has 12 cartons, the invoice 21",
    "due_in": "P2D",
}
CONTRACT = {
    "partner": "Halden Logistics",
    "value": "48,000 € a year",
    "until": "2028-12-31",
    "requested_by": "lia@example.org",
    "priority": "normal",
}


@dataclass(kw_only=True)
class World:
    """The running product, the partner beside it, and where to find each sort of thing (``places``: name to path)."""

    product: Product
    partner: Partner
    people: dict[str, PersonAtWork] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where the product listens."""
        return self.product.url

    def sign_in(self, name: str) -> PersonAtWork:
        """The person, signed in once."""
        if name not in self.people:
            self.people[name] = PersonAtWork(name, url=self.url, password=PASSWORD)
        return self.people[name]

    def ask(self, asset: int) -> SentRequest:
        """The partner asks for an approval of one of its assets."""
        return self.partner.send_request(ASSETS[asset])

    def post(self, path: str, body: Mapping[str, Any]) -> str:
        """The partner posts something else; the run's id. Raises StageFailed when it is not taken."""
        status, data = self.partner.post_signed(body, path=path)
        if status != 202:
            raise StageFailed(f"POST {path}", f"answered {status}: {data}")
        return str(data["run"])

    def wait_for_task(self, name: str, run: str) -> dict[str, Any]:
        """The person's open task of this run, once it is there."""
        return wait_for("Task", lambda: self.sign_in(name).find_task(run), f"{name} has no task of run {run}")

    def wait_for_incident(self, name: str, run: str) -> dict[str, Any]:
        """The run's open incident, once it is there."""
        return wait_for("Incident", lambda: self.sign_in(name).find_incident(run), f"run {run} has no incident")

    def decide(self, name: str, run: str, outcome: str, *, comment: str = "", data: Any = None) -> dict[str, Any]:
        """The person answers their task of this run; the task."""
        task = self.wait_for_task(name, run)
        self.sign_in(name).answer(task, outcome, comment=comment, data=data)
        return task


@contextmanager
def built_world(data_dir: Path) -> Iterator[World]:
    """Start both systems on free ports and a fresh folder, and fill them; both end with the block."""
    data_dir.mkdir(parents=True, exist_ok=True)
    port, partner_port = choose_port(8200), choose_port(8300)
    product = Product(port=port, data_dir=data_dir, partner_address=f"127.0.0.1:{partner_port}")
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    with ExitStack() as started:
        partner = started.enter_context(Partner(port=partner_port, product_url=product.url, secret=secret))
        started.callback(product.end)
        product.start()
        product.run_command("seed_demo", "--password", PASSWORD)
        world = World(product=product, partner=partner)
        with ThreadPoolExecutor() as pool:
            list(pool.map(world.sign_in, PEOPLE))
        prepare(world, secret)
        fill_contracts(world)
        fill_invoices(world)
        fill_approvals(world)
        fill_drafts(world)
        note_requests(world)
        yield world


def prepare(world: World, secret: str) -> None:
    """Secrets, connections and flows: one never published, one paused, one with two versions."""
    ana = world.sign_in("ana")
    for team in ana.read_options("/connections/", "team"):
        ana.submit("/connections/secrets/", {"team": team, "name": SECRET, "value": secret})
        ana.submit("/connections/add/", {**CONNECTION, "team": team})
    [team, *_] = ana.read_options("/tables/add/", "team")
    ana.submit("/tables/add/", {"team": team, "name": "Triage of requests", "key": "triage"})
    round_trip = ROUND_TRIP.read_text(encoding="utf-8")
    quick = round_trip.replace("first_delay_s: 1", "first_delay_s: 0.1")  # five tries within two seconds
    publish(ana, round_trip, note="First round with Legal and Brand")
    publish(ana, quick, note="Tries follow each other sooner")
    for name in PUBLISHED:
        publish(ana, (FLOWS / f"{name}.yaml").read_text(encoding="utf-8"))
    starter = (FLOWS / "starter-leaver.yaml").read_text(encoding="utf-8")
    ana.post("/api/v1/flows/import", {"file": starter})
    ana.post("/api/v1/flows/import", {"file": quick.replace("due_in: P2D", "due_in: P3D")})
    world.places |= {
        "form flow": "/flows/supplier-check/",
        "start": "/flows/supplier-check/start/",
        "timed flow": "/flows/morning-report/",
        "polled flow": "/flows/new-orders/",
    }
    world.places["flow"] = "/flows/content-approval/"
    world.places["draft"] = "/flows/starter-leaver/draft/"


def fill_drafts(world: World) -> None:
    """Drafts: a blank one, one whose flow went on without it, one tried until somebody is asked."""
    ana = world.sign_in("ana")
    [team, *_] = ana.read_options("/flows/new/", "team")
    ana.submit("/flows/new/", {"team": team, "name": "Returns of goods"})
    chain = (FLOWS / "contract-approval.yaml").read_text(encoding="utf-8")
    publish(ana, chain.replace("rule: all", "rule: any"), note="One yes is enough")
    ana.post("/api/v1/flows/import", {"file": chain.replace('due_in: "= trigger.body.due_in"', "due_in: P3D")})
    ana.submit("/flows/contract-approval/versions/1/restore/", {"live": "2", "note": "Both have to agree after all"})
    desk = (FLOWS / "supplier-check.yaml").read_text(encoding="utf-8")
    ana.post("/api/v1/flows/import", {"file": desk.replace("doubtful]}", "doubtful], due_in: P1D}")})
    ana.submit("/flows/supplier-check/draft/try/begin/", {"reach": "all"})
    world.places |= {
        "blank draft": "/flows/returns-of-goods/draft/",
        "behind draft": "/flows/contract-approval/draft/",
        "tried draft": "/flows/supplier-check/draft/",
    }


def publish(person: PersonAtWork, text: str, *, note: str = "") -> None:
    """Import a flow file and publish it."""
    person.post("/api/v1/flows/import", {"file": text, "publish": True, "note": note})


def _is_decided(request: SentRequest) -> bool:
    return bool(request.decision)


def fill_approvals(world: World) -> None:
    """Content approvals: completed, rejected, waiting with one answer and with none, and one that needs a person."""
    sent = [world.ask(number % len(ASSETS)) for number in range(5)]
    done, rejected, half, fresh, stuck = (request.run for request in sent)
    world.decide("lee", done, "approved", comment="The claims are covered.")
    world.decide("bo", done, "approved", comment="Logo and colours fit.")
    world.decide("lia", rejected, "rejected", comment="“Noon” is a promise. Say how bright it is in lumen.")
    world.decide("bo", half, "approved", comment="The green is ours now.")
    for request in sent[:2]:
        if not world.partner.books.wait_until(partial(_is_decided, request), within_s=WITHIN_S):
            raise StageFailed("The decision", f"of run {request.run} did not come within {WITHIN_S:.0f} s")
    world.partner.books.set_failing(True)
    world.decide("lee", stuck, "approved", comment="Fine for the second season.")
    world.decide("bo", stuck, "approved")
    incident = world.wait_for_incident("ana", stuck)
    status, _ = world.partner.post_signed(world.partner.make_body(sent[3]))  # the same once more
    if status not in {200, 202}:
        raise StageFailed("The repeat", f"answered {status}")
    tasks = {name: world.wait_for_task("lee", run) for name, run in (("half", half), ("fresh", fresh))}
    world.places |= {
        "task": f"/inbox/{tasks['half']['id']}/",
        "fresh task": f"/inbox/{tasks['fresh']['id']}/",
        "preview": f"/inbox/?task={tasks['half']['id']}",
        "open case": f"/cases/{sent[2].case}/",
        "closed case": f"/cases/{sent[1].case}/",
        "completed run": f"/runs/{done}/",
        "waiting run": f"/runs/{half}/",
        "stuck run": f"/runs/{stuck}/",
        "incident": f"/incidents/{incident['id']}/",
        "status page": sent[3].status_url.removeprefix(world.url),
    }


def fill_invoices(world: World) -> None:
    """Invoices: one waits for Finance, one failed, one cancelled, one not booked; three calls refused, one unknown."""
    post = "/hooks/invoice-exception"
    desk = f"{world.partner.url}/erp"  # the partner has no such address and says so
    runs = [
        world.post(post, {**INVOICE, "invoice": f"47{11 + n}", "amount": 1250 + n, "erp_url": desk}) for n in range(4)
    ]
    _, failed, cancelled, unbooked = runs
    world.decide("fin", failed, "not_payable", data={"amount": 0, "cost_center": "Logistics"})
    world.sign_in("ops").post(f"/api/v1/runs/{cancelled}/cancel", {"reason": "The supplier took it back"})
    task = world.decide("fin", unbooked, "corrected", data={"amount": 1190.5, "cost_center": "Marketing"})
    incident = world.wait_for_incident("ops", unbooked)
    for number in range(3):
        world.partner.post_signed({"invoice": f"48{number}", "amount": "1250.00"}, path=post)
    world.partner.post_signed({"invoice": "490"}, path="/hooks/invoice-exeption")
    world.places |= {
        "form task": f"/inbox/{world.wait_for_task('fin', runs[0])['id']}/",
        "done task": f"/inbox/{task['id']}/",
        "failed run": f"/runs/{failed}/",
        "cancelled run": f"/runs/{cancelled}/",
        "unbooked run": f"/runs/{unbooked}/",
        "unbooked incident": f"/incidents/{incident['id']}/",
    }
    rows = {row["id"]: row for row in world.sign_in("ops").get("/api/v1/runs?limit=50")["results"]}
    world.places["invoice case"] = f"/cases/{rows[unbooked]['case']}/"


def fill_contracts(world: World) -> None:
    """Contracts due at different times, one of them late, and a feed that waits for the night, then is paused."""
    asked = (
        ("Data processing terms, Halden Logistics", "PT1S", "urgent"),
        ("Lease of the warehouse in Kiel", "PT3H", "high"),
        ("Framework agreement, Ostsee Packaging", "P5D", "normal"),
        ("Confidentiality agreement, Nordwind Trading", "P20D", "low"),
    )
    for number, (title, due_in, priority) in enumerate(asked):
        body = {**CONTRACT, "contract": f"V-{310 + number}", "title": title, "due_in": due_in, "priority": priority}
        world.post("/hooks/contract-approval", body)
    feed = world.post("/hooks/product-feed", {"products": [{"sku": "L-100"}, {"sku": "L-204"}, {"sku": "L-310"}]})
    world.places["timer run"] = f"/runs/{feed}/"
    world.sign_in("ana").submit("/flows/product-feed/pause/", {"state": "paused"})


def note_requests(world: World) -> None:
    """Find a stored call of each sort on the page that lists them: the API has no such list."""
    admin = world.sign_in("admin")
    for name, outcome in (("refused", "refused"), ("accepted", "accepted"), ("repeated", "duplicate")):
        links = admin.read_links(f"/requests/?outcome={outcome}", "/requests/")
        world.places[f"{name} request"] = links[-1]
        if outcome == "refused":
            world.places["unknown request"] = links[0]
