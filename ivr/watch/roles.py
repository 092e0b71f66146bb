"""Who may see and do what: viewer, operator, supervisor, each all that the one before may."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class Role(StrEnum):
    """What somebody at the operators' side may."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    SUPERVISOR = "supervisor"

    @property
    def rank(self) -> int:
        """How much it may: more than all roles of a lower rank."""
        return list(Role).index(self)

    def may(self, needed: "Role") -> bool:
        """Tell whether this role may do what takes a *needed* one."""
        return self.rank >= needed.rank

    def lowered(self, wanted: "Role") -> "Role":
        """Be *wanted*, unless that is more."""
        return wanted if self.may(wanted) else self

    @classmethod
    def named(cls, name: object) -> Self:
        """Read a role; what is none may least."""
        try:
            return cls(str(name))
        except ValueError:
            return cls("viewer")


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks."""

    who: str
    """Login name on this machine, or the name a token was made for; for the audit log."""
    role: Role = Role.SUPERVISOR
