"""The world of one talk, as far as its actions change it; refuses what no world could do."""

from ivr.handoff.commands import TalkView
from ivr.handoff.earshot import Pair, Party, Sound
from ivr.handoff.talk_actions import (
    EndTalk,
    Hear,
    LetGo,
    PlaySound,
    Promote,
    RingOther,
    ShowTalk,
    StartFlow,
    StopSound,
    TalkAction,
    Unhear,
)


class TalkRoom:
    """Who hears whom, what plays, who is rung."""

    def __init__(self) -> None:
        self.done: list[TalkAction] = []
        self.heard: set[Pair] = set()
        self.playing: dict[Party, Sound] = {}
        self.cut: list[Party] = []
        self.rung: RingOther | None = None
        self.flow: StartFlow | None = None
        self.promoted: list[Party] = []
        self.gone: set[Party] = set()
        self.view: TalkView | None = None
        self.ending: EndTalk | None = None

    def do(self, actions: tuple[TalkAction, ...]) -> None:
        for action in actions:
            assert self.ending is None, "nothing may follow the end"
            self.done.append(action)
            self._do(action)

    def _do(self, action: TalkAction) -> None:
        match action:
            case Hear(pairs=pairs):
                assert not self.heard & set(pairs)
                self.heard |= set(pairs)
            case Unhear(pairs=pairs):
                assert self.heard >= set(pairs)
                self.heard -= set(pairs)
            case PlaySound(party=party, sound=sound):
                self.playing[party] = sound
            case StopSound(party=party):
                self.cut.append(party)
                self.playing.pop(party, None)
            case RingOther() | StartFlow():
                self._begin(action)
            case LetGo(party=party):
                assert not any(party in {pair.ear, pair.voice} for pair in self.heard)
                self._let_go(party)
            case Promote(party=party):
                assert not any(Party.AGENT in {pair.ear, pair.voice} for pair in self.heard)
                self._promote(party)
            case ShowTalk(view=view):
                self.view = view
            case EndTalk():
                self.ending = action

    def _begin(self, action: RingOther | StartFlow) -> None:
        if isinstance(action, RingOther):
            assert self.rung is None, "one at a time"
            self.rung = action
        else:
            assert not any(pair.ear is Party.CALLER for pair in self.heard)
            assert Party.CALLER not in self.playing
            self.flow = action

    def _let_go(self, party: Party) -> None:
        assert party is not Party.CALLER
        self.gone.add(party)
        self.playing.pop(party, None)
        if party is Party.OTHER:
            self.rung = None

    def _promote(self, party: Party) -> None:
        self.promoted.append(party)
        if party is Party.OTHER:
            self.rung = None
        names = {party: Party.AGENT}
        self.heard = {
            Pair(names.get(pair.ear, pair.ear), names.get(pair.voice, pair.voice))
            for pair in self.heard
        }
