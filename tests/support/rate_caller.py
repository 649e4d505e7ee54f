"""A process that counts calls: ``URL KEY LIMIT TRIES``; says "ready", waits for a line, prints how many came in."""

from __future__ import annotations

import sys

import django
from redis import Redis


def main(url: str, key: str, limit: int, tries: int) -> None:
    """Try so often to come in and print how often it was let."""
    django.setup()
    from integrator.rates import OwnCounter, Rate, SharedCounter  # lazy: Django is set up by now

    counter = SharedCounter(Redis.from_url(url), OwnCounter())
    rate = Rate(requests=limit, per_s=60)
    print("ready", flush=True)
    sys.stdin.readline()
    print(sum(counter.enter(key, rate) == 0 for _ in range(tries)))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
