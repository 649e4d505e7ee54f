"""Who did it: a person, the system itself, an outside caller of a trigger, a guest. Holds ids, never names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

ActorKind = Literal["person", "system", "caller", "guest"]
_KINDS: tuple[ActorKind, ...] = ("person", "system", "caller", "guest")


class HasPk(Protocol):
    """Anything with a primary key: in practice a Person."""

    @property
    def pk(self) -> object: ...


@dataclass(frozen=True)
class Actor:
    """``str()`` gives what the log stores: ``person:12``, ``system:integrator``, ``caller:orders``."""

    kind: ActorKind
    id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"

    @classmethod
    def person(cls, person: HasPk) -> Actor:
        """The actor for somebody who is signed in or whose token or link was used."""
        return cls("person", str(person.pk))

    @classmethod
    def caller(cls, trigger: object) -> Actor:
        """The actor for an outside system, known by the trigger it called."""
        return cls("caller", str(trigger))

    @classmethod
    def guest(cls, ident: object) -> Actor:
        """The actor for somebody without an account who was invited, by the id of what they were invited to."""
        return cls("guest", str(ident))

    @classmethod
    def parse(cls, text: str) -> Actor:
        """Read back what ``str()`` gave. Raises ValueError for anything else."""
        kind, colon, ident = text.partition(":")
        for known in _KINDS:
            if colon and kind == known:
                return cls(known, ident)
        raise ValueError(f"{text!r} is no actor: it must look like person:12.")

    @property
    def person_id(self) -> int | None:
        """The person's id; None for the system and for callers."""
        return int(self.id) if self.kind == "person" else None


SYSTEM = Actor("system", "integrator")
