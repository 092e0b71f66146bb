"""Who else takes both directions of a leg: recordings, and supervisors who listen."""

from collections.abc import Callable

from ivr.ports import Tap


class Taps:
    """Taps of one leg; changed in the event loop, called in the media thread."""

    def __init__(self) -> None:
        self._taps: tuple[Tap, ...] = ()  # replaced as a whole: an assignment needs no lock

    def __bool__(self) -> bool:
        """Whether there is one."""
        return bool(self._taps)

    def __call__(self, heard: bytes, said: bytes, /) -> None:
        """Hand a frame of each direction to all of them."""
        for tap in self._taps:
            tap(heard, said)

    def add(self, tap: Tap) -> Callable[[], None]:
        """Copy both directions to *tap* too, until what is returned is called."""

        def once(heard: bytes, said: bytes, /) -> None:
            tap(heard, said)

        def untap() -> None:
            self._taps = tuple(other for other in self._taps if other is not once)

        self._taps = (*self._taps, once)
        return untap

    def clear(self) -> None:
        """Stop them all."""
        self._taps = ()
