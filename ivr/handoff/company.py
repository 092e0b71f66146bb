"""Keeping a waiting caller company: what they are told about their place, and when."""

from ivr.handoff.actions import Announce, Announcement
from ivr.handoff.events import PlaceMoved


class Company:
    """
    What one caller was told, and when something is to be said next.

    A place is told when it is new or has moved forward, and whenever they ask; in between
    they hear at a slow pace that somebody is still being found.
    """

    def __init__(self, *, first: float, moved: float, reassure: float) -> None:
        """
        Choose the pace, in seconds.

        Args:
            first: From what is said first to the next, when no place is known by then.
            moved: Least between two announcements, even if the caller moved forward.
            reassure: Between two announcements when nothing happened.
        """
        self._first = first
        self._moved = moved
        self._reassure = reassure
        self._place: PlaceMoved | None = None
        self._told: int | None = None
        self._said_at = 0.0
        self._keys = True
        self.due = 0.0
        """When to say `where` they stand."""

    def move(self, place: PlaceMoved, *, now: float, can_tell: bool = True) -> tuple[Announce, ...]:
        """Take note of *place*; the first one is told at once, where it *can_tell* anything."""
        self._place = place
        if not can_tell:
            return ()
        if self._told is None:
            return (self.where(now=now),)
        if place.ahead < self._told:
            self.due = min(self.due, max(now, self._said_at + self._moved))
        return ()

    def where(self, *, now: float, asked: bool = False) -> Announce:
        """Say where they stand, if that is better than what they know or they *asked*."""
        place = self._place
        forward = place is not None and (self._told is None or place.ahead < self._told)
        keys = asked or forward or self._keys
        self._keys = not keys
        self._said(now, self._reassure)
        if place is None or not (asked or forward):
            return Announce(Announcement.STILL_LOOKING, keys=keys, asked=asked)
        self._told = place.ahead
        return Announce(Announcement.PLACE, place.ahead, place.wait, keys=keys, asked=asked)

    def say(self, what: Announcement, *, now: float, person: str = "") -> Announce:
        """Say something else."""
        waits_for_place = self._told is None and what is not Announcement.COMING
        self._said(now, self._first if waits_for_place else self._reassure)
        return Announce(what, person=person)

    def begin_anew(self) -> None:
        """Forget the place: it is another queue, or the same one from its beginning."""
        self._place = self._told = None

    def _said(self, now: float, pause: float) -> None:
        self._said_at, self.due = now, now + pause
