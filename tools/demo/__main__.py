"""``python -m tools.demo``: starts the product and a partner, performs the round trip, and stays up (``ONCE=1``: ends).

Exit code 0 only if the round trip truly completed.
"""

from __future__ import annotations

import base64
import os
import secrets
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from tools.demo.books import Books
from tools.demo.partner import Partner
from tools.demo.product import ROOT, Product, choose_data_dir, choose_port
from tools.demo.round_trip import APPROVALS, Approval, perform_round_trip
from tools.demo.telling import StageFailed, Teller

PASSWORD = "demo-demo-1"  # of people who exist in the demo only, on this machine only
FLOW = "flows/gallery/content-approval.yaml"
PEOPLE = (
    ("ana", "analyst and publisher, marketing and operations"),
    ("lee", "approver, legal"),
    ("lia", "lead, legal"),
    ("bo", "approver, brand"),
    ("fin", "approver, finance"),
    ("ops", "operator, operations"),
    ("aud", "auditor"),
    ("admin", "administrator"),
)


def main() -> int:
    """Perform the demo; 0 when all of it came about."""
    teller, stop = Teller(), threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda _number, _frame: ask_to_stop(stop))
    teller.say("\nIntegrator demo: a content approval goes round between real HTTP systems\n")
    with ExitStack() as started:
        try:
            return perform(started, stop, teller)
        except StageFailed as failure:
            teller.tell_failure(failure)
        except KeyboardInterrupt:
            teller.say("\nStopped before the round trip was done.")
    return 1


def perform(started: ExitStack, stop: threading.Event, teller: Teller) -> int:
    """The demo itself; what it starts, the stack ends."""
    product, partner = start(started, teller)
    perform_round_trip(product, partner, tokens=prepare(product, teller), teller=teller)
    if os.environ.get("ONCE", "") not in {"", "0"}:
        teller.say("\nThe round trip is complete.")
        return 0
    show_addresses(product, partner, teller)
    return stay_up(product, stop, teller)


def ask_to_stop(stop: threading.Event) -> None:
    """The first signal ends whatever goes on; further ones do not disturb the ending."""
    if not stop.is_set():
        stop.set()
        raise KeyboardInterrupt


def start(started: ExitStack, teller: Teller) -> tuple[Product, Partner]:
    """Start both systems on free ports; the stack ends them."""
    data_dir = choose_data_dir(Path(os.environ.get("INTEGRATOR_DATA") or ROOT / "var" / "demo").resolve())
    port, partner_port = choose_port(8000), choose_port(8100)
    product = Product(port=port, data_dir=data_dir, partner_address=f"127.0.0.1:{partner_port}")
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    books = Books(data_dir / "partner.json")
    partner = started.enter_context(Partner(port=partner_port, product_url=product.url, secret=secret, books=books))
    started.callback(product.end)
    product.start()
    teller.tell("Product is up", product.url)
    product.run_command("seed_demo", "--password", PASSWORD)
    teller.tell("People are in", " ".join(name for name, _ in PEOPLE))
    product.run_command("set_secret", "demo-content", "--team", "marketing", stdin=secret)
    return product, partner


def prepare(product: Product, teller: Teller) -> dict[str, str]:
    """Publish the flow and make an access token for each approver, side by side: most of it is waiting for Python."""

    def make_token(approval: Approval) -> str:
        return product.run_command("create_token", approval.person, "--name", "demo").splitlines()[-1]

    with ThreadPoolExecutor() as pool:
        publishing = pool.submit(product.run_command, "import_flow", FLOW, "--publish")
        tokens = dict(zip((approval.person for approval in APPROVALS), pool.map(make_token, APPROVALS), strict=True))
        publishing.result()
    teller.tell("Flow is published", FLOW)
    return tokens


def show_addresses(product: Product, partner: Partner, teller: Teller) -> None:
    """Where to go on by hand."""
    teller.say(f"\nThe round trip is complete. Now play both sides:\n\n  Partner      {partner.url}/")
    teller.say(f"  Integrator   {product.url}/\n\nSign in with the password {PASSWORD} as")
    for name, role in PEOPLE:
        teller.say(f"  {name:<6} {role}")
    teller.say(f"\nData and log lie in {product.data_dir}. Ctrl-C ends both systems.\n")


def stay_up(product: Product, stop: threading.Event, teller: Teller) -> int:
    """Wait for Ctrl-C (0), or for the product's own end (1)."""
    try:
        while product.is_running:
            stop.wait(1)
    except KeyboardInterrupt:
        teller.say("\nEnding both systems.")
        return 0
    teller.say(f"\nThe product ended by itself:\n{product.read_log()}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
