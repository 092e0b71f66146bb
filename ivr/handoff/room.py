"""The room of a talk: it knows who is in it and who hears whom, so it can tell what to change."""

from ivr.handoff.commands import Attending, TalkPhase, TalkView
from ivr.handoff.earshot import Pair, Party, Sound, earshot, sounds
from ivr.handoff.talk_actions import (
    Hear,
    LetGo,
    PlaySound,
    Promote,
    ShowTalk,
    StopSound,
    TalkAction,
    Unhear,
)


class Room:
    """Who is on the line in one talk. Its methods return what must be done in the world."""

    def __init__(self) -> None:
        """Begin with a caller and an agent who do not hear each other yet."""
        self._present = {Party.CALLER, Party.AGENT}
        self._attending: Attending | None = None
        self._heard: frozenset[Pair] = frozenset()
        self._sounds: dict[Party, Sound] = {}
        self.away: set[Party] = set()
        """Whose phone has put the line on hold."""

    def __contains__(self, party: Party) -> bool:
        """Tell whether *party* is on the line."""
        return party in self._present

    @property
    def joined(self) -> bool:
        """Whether a supervisor talks to the caller."""
        return self._attending is Attending.JOIN

    def enter(self, party: Party) -> None:
        """Take *party* in; `settle` lets them hear and be heard."""
        self._present.add(party)

    def attend(self, attending: Attending) -> None:
        """Take the supervisor in, or in another way."""
        self.enter(Party.SUPERVISOR)
        self._attending = attending

    def settle(self, phase: TalkPhase) -> tuple[TalkAction, ...]:
        """Let everybody hear what belongs to *phase*."""
        wanted = earshot(phase, self._present, self._attending)
        actions = (
            *self._unhear(self._heard - wanted),
            *self._play(sounds(phase, self._present)),
        )
        hear = tuple(sorted(wanted - self._heard))
        self._heard = wanted
        return (*actions, Hear(hear)) if hear else actions

    def dismiss(self, party: Party) -> tuple[TalkAction, ...]:
        """Have *party* leave, stop ringing them, or tidy up after they left by themselves."""
        pairs = frozenset(pair for pair in self._heard if party in {pair.ear, pair.voice})
        shown = party is Party.AGENT and party in self._present
        self._present.discard(party)
        self.away.discard(party)
        self._sounds.pop(party, None)
        if party is Party.SUPERVISOR:
            self._attending = None
        view = (ShowTalk(TalkView(TalkPhase.ENDED)),) if shown else ()
        return (*self._unhear(pairs), *view, LetGo(party))

    def promote(self, party: Party) -> tuple[TalkAction, ...]:
        """Make *party* the agent; who was it leaves."""
        dismissed = self.dismiss(Party.AGENT) if Party.AGENT in self else ()
        self.away = {_promoted(away, party) for away in self.away}
        self._present = {_promoted(present, party) for present in self._present}
        self._heard = frozenset(
            Pair(_promoted(pair.ear, party), _promoted(pair.voice, party)) for pair in self._heard
        )
        if party is Party.SUPERVISOR:
            self._attending = None
        return (*dismissed, Promote(party))

    def clear(self, *, music: bool) -> tuple[TalkAction, ...]:
        """Have everybody but the caller leave; with *music* the caller hears that until the end."""
        resting = {Party.CALLER: Sound.MUSIC} if music else {}
        for party in self._present - {Party.CALLER}:
            self._sounds.pop(party, None)
        actions = (*self._unhear(self._heard), *self._play(resting))
        leaving = sorted(self._present - {Party.CALLER})
        return (*actions, *(action for party in leaving for action in self.dismiss(party)))

    def _unhear(self, pairs: frozenset[Pair]) -> tuple[TalkAction, ...]:
        self._heard -= pairs
        return (Unhear(tuple(sorted(pairs))),) if pairs else ()

    def _play(self, wanted: dict[Party, Sound]) -> tuple[TalkAction, ...]:
        stops = [StopSound(party) for party in self._sounds if party not in wanted]
        plays = [
            PlaySound(party, sound)
            for party, sound in wanted.items()
            if self._sounds.get(party) is not sound
        ]
        self._sounds = wanted
        return (*stops, *plays)


def _promoted(party: Party, chosen: Party) -> Party:
    return Party.AGENT if party is chosen else party
