"""Between the bridge and its end: what each wish of the agent does, and what goes wrong."""

import pytest

from ivr.handoff.commands import (
    AgentCommand,
    Attending,
    Complete,
    Consult,
    Done,
    EndConsult,
    Hold,
    Resume,
    SendTo,
    SendToFlow,
    TalkPhase,
    TalkView,
)
from ivr.handoff.earshot import Pair, Party, Sound
from ivr.handoff.events import Refusal
from ivr.handoff.talk import FLOW_BROKE, PHONE_HOLDS, RING_FOR, TalkMachine
from ivr.handoff.talk_actions import EndTalk, LetGo, RingOther, StartFlow, TalkEnding
from ivr.handoff.talk_events import (
    AgentAsked,
    FlowFinished,
    OtherAnswered,
    OtherRefused,
    PartyHeld,
    PartyLeft,
    PartyResumed,
    SupervisorCame,
    TalkEvent,
)
from tests.handoff.talk_room import TalkRoom

CALLER, AGENT, OTHER, SUPERVISOR = Party.CALLER, Party.AGENT, Party.OTHER, Party.SUPERVISOR


class Scene(TalkRoom):
    """A talk under way."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.machine = TalkMachine(queues=["billing"])
        self.do(self.machine.start())

    def ask(self, *commands: AgentCommand) -> None:
        for command in commands:
            self.do(self.machine.handle(AgentAsked(command), now=self.now))

    def consult(self) -> None:
        self.ask(Consult("Kim"))
        self.happen(OtherAnswered(1))

    def happen(self, event: TalkEvent) -> None:
        self.do(self.machine.handle(event, now=self.now))

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.do(self.machine.handle_deadline(now=self.now))


@pytest.fixture
def scene() -> Scene:
    return Scene()


def both(one: Party, other: Party) -> set[Pair]:
    return {Pair(one, other), Pair(other, one)}


def test_at_the_bridge_whatever_played_is_cut_and_both_hear_each_other(scene: Scene) -> None:
    assert scene.cut == [CALLER, AGENT]
    assert scene.heard == both(CALLER, AGENT)
    assert scene.view == TalkView(TalkPhase.TALKING)


def test_a_caller_on_hold_hears_music_and_is_heard_by_nobody(scene: Scene) -> None:
    scene.ask(Hold(), Hold())
    assert (scene.heard, scene.playing) == (set(), {CALLER: Sound.MUSIC})
    assert scene.view == TalkView(TalkPhase.HELD)
    scene.ask(Resume(), Resume())
    assert (scene.heard, scene.playing) == (both(CALLER, AGENT), {})


def test_an_agent_who_holds_by_their_own_phone_leaves_the_caller_with_music(scene: Scene) -> None:
    scene.happen(PartyHeld(AGENT))
    assert scene.playing == {CALLER: Sound.MUSIC}
    scene.ask(Resume())
    assert scene.view == TalkView(TalkPhase.HELD, trouble=PHONE_HOLDS)
    scene.happen(PartyResumed(AGENT))
    assert scene.heard == both(CALLER, AGENT)


def test_the_phones_of_others_change_nothing(scene: Scene) -> None:
    scene.ask(Hold())
    scene.happen(PartyResumed(CALLER))
    scene.happen(PartyHeld(OTHER))
    assert scene.view == TalkView(TalkPhase.HELD)


def test_while_somebody_is_rung_the_agent_hears_that_and_the_caller_music(scene: Scene) -> None:
    scene.ask(Consult("Kim"))
    assert scene.playing == {CALLER: Sound.MUSIC, AGENT: Sound.RINGING}
    assert scene.rung == RingOther(1, "Kim")
    assert scene.view == TalkView(TalkPhase.RINGING_OTHER, other="Kim")


def test_who_is_consulted_talks_to_the_agent_alone(scene: Scene) -> None:
    scene.consult()
    assert scene.heard == both(AGENT, OTHER)
    assert scene.playing == {CALLER: Sound.MUSIC}
    assert scene.view == TalkView(TalkPhase.CONSULTING, other="Kim")


def test_a_warm_transfer_leaves_the_caller_with_whom_the_agent_consulted(scene: Scene) -> None:
    scene.consult()
    scene.ask(Complete())
    assert scene.heard == both(CALLER, AGENT)
    assert scene.promoted == [OTHER]
    assert scene.gone == {AGENT}
    assert scene.ending is None
    scene.ask(Done())
    assert scene.ending == EndTalk(TalkEnding.DONE)


def test_a_consultation_that_is_over_leads_back_to_the_caller(scene: Scene) -> None:
    scene.consult()
    scene.ask(EndConsult(), EndConsult())
    assert scene.heard == both(CALLER, AGENT)
    assert scene.gone == {OTHER}
    assert scene.view == TalkView(TalkPhase.TALKING)


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (Refusal.BUSY, "Kim is busy."),
        (Refusal.DECLINED, "Kim declined."),
        (Refusal.NO_ANSWER, "Kim did not answer."),
        (Refusal.UNREACHABLE, "Kim cannot be reached."),
        (Refusal.SILENT, "Kim did not take it."),
    ],
)
def test_who_does_not_pick_up_gives_the_agent_back_with_the_reason(
    scene: Scene, refusal: Refusal, words: str
) -> None:
    scene.ask(Consult("Kim"))
    scene.happen(OtherRefused(1, refusal))
    assert scene.heard == both(CALLER, AGENT)
    assert scene.view == TalkView(TalkPhase.TALKING, trouble=words)


def test_nobody_is_rung_for_ever(scene: Scene) -> None:
    scene.ask(Consult("Kim"))
    scene.wait(RING_FOR - 1)
    assert scene.rung is not None
    scene.wait(1)
    assert scene.rung is None
    assert scene.view == TalkView(TalkPhase.TALKING, trouble="Kim did not answer.")


def test_an_answer_that_comes_too_late_changes_nothing(scene: Scene) -> None:
    scene.ask(Consult("Kim"), EndConsult(), Consult("Lee"))
    scene.happen(OtherAnswered(1))
    scene.happen(OtherRefused(1, Refusal.BUSY))
    assert scene.view == TalkView(TalkPhase.RINGING_OTHER, other="Lee")


def test_who_is_consulted_and_hangs_up_gives_the_agent_back(scene: Scene) -> None:
    scene.consult()
    scene.happen(PartyLeft(OTHER))
    assert scene.heard == both(CALLER, AGENT)
    assert scene.view == TalkView(TalkPhase.TALKING, trouble="Kim hung up.")


def test_an_agent_who_vanishes_while_consulting_leaves_the_caller_with_the_other(
    scene: Scene,
) -> None:
    scene.consult()
    scene.happen(PartyLeft(AGENT, lost=True))
    assert scene.heard == both(CALLER, AGENT)
    assert scene.promoted == [OTHER]
    assert scene.playing == {}


@pytest.mark.parametrize("wish", [Hold(), Consult("Kim")])
@pytest.mark.parametrize("lost", [False, True])
def test_an_agent_who_vanishes_while_the_caller_waits_sends_them_back_to_the_queue(
    scene: Scene, wish: AgentCommand, *, lost: bool
) -> None:
    scene.ask(wish)
    scene.happen(PartyLeft(AGENT, lost))
    assert scene.ending == EndTalk(TalkEnding.AGENT_GONE)
    assert scene.playing == {CALLER: Sound.MUSIC}
    assert scene.rung is None


def test_an_agent_who_hangs_up_is_done_and_one_who_is_lost_is_gone() -> None:
    for lost, ending in ((False, TalkEnding.DONE), (True, TalkEnding.AGENT_GONE)):
        scene = Scene()
        scene.happen(PartyLeft(AGENT, lost))
        assert scene.ending == EndTalk(ending)


def test_a_caller_who_leaves_ends_all_of_it(scene: Scene) -> None:
    scene.consult()
    scene.happen(SupervisorCame(Attending.LISTEN))
    scene.happen(PartyLeft(CALLER))
    assert scene.ending == EndTalk(TalkEnding.CALLER_LEFT)
    assert scene.gone == {AGENT, OTHER, SUPERVISOR}


def test_a_blind_transfer_lets_the_agent_go_when_the_other_answers(scene: Scene) -> None:
    scene.ask(SendTo("2125550142"))
    assert scene.playing == {CALLER: Sound.MUSIC, AGENT: Sound.RINGING}
    scene.happen(OtherAnswered(1))
    assert scene.heard == both(CALLER, AGENT)
    assert (scene.promoted, scene.gone) == ([OTHER], {AGENT})


def test_a_blind_transfer_that_fails_gives_the_agent_back(scene: Scene) -> None:
    scene.ask(SendTo("2125550142"))
    scene.happen(OtherRefused(1, Refusal.BUSY))
    assert scene.view == TalkView(TalkPhase.TALKING, trouble="2125550142 is busy.")


@pytest.mark.parametrize("leaves", [PartyLeft(AGENT), AgentAsked(Done())])
def test_a_blind_transfer_that_fails_after_the_agent_left_leads_to_the_queue(
    scene: Scene, leaves: PartyLeft | AgentAsked
) -> None:
    scene.ask(SendTo("2125550142"))
    scene.happen(leaves)
    assert (scene.ending, scene.playing) == (None, {CALLER: Sound.MUSIC})
    scene.happen(OtherRefused(1, Refusal.NO_ANSWER))
    assert scene.ending == EndTalk(TalkEnding.AGENT_GONE)


def test_completing_while_it_rings_makes_it_a_blind_transfer(scene: Scene) -> None:
    scene.ask(Consult("Kim"), Complete())
    scene.happen(OtherAnswered(1))
    assert (scene.promoted, scene.gone) == ([OTHER], {AGENT})


def test_a_caller_sent_to_a_queue_waits_there_with_music(scene: Scene) -> None:
    scene.ask(SendTo("billing"))
    assert scene.ending == EndTalk(TalkEnding.TO_QUEUE, "billing")
    assert scene.playing == {CALLER: Sound.MUSIC}
    assert scene.gone == {AGENT}


def test_a_caller_goes_through_a_flow_and_comes_back(scene: Scene) -> None:
    scene.ask(Hold(), SendToFlow("pay"))
    assert scene.flow == StartFlow(1, "pay")
    assert (scene.heard, scene.playing) == (set(), {})
    assert scene.view == TalkView(TalkPhase.IN_FLOW)
    scene.happen(FlowFinished(1))
    assert scene.heard == both(CALLER, AGENT)
    assert scene.cut[-1] is CALLER


def test_a_flow_that_cannot_be_run_gives_the_caller_back_with_the_reason(scene: Scene) -> None:
    scene.ask(SendToFlow("pay"))
    scene.happen(FlowFinished(1, broken=True))
    assert scene.view == TalkView(TalkPhase.TALKING, trouble=FLOW_BROKE)


def test_whose_agent_left_during_the_flow_goes_to_the_queue_after_it(scene: Scene) -> None:
    scene.ask(SendToFlow("pay"))
    scene.happen(PartyLeft(AGENT, lost=True))
    assert scene.ending is None
    scene.happen(FlowFinished(1))
    assert scene.ending == EndTalk(TalkEnding.AGENT_GONE)


def test_an_agent_who_is_done_does_not_interrupt_the_flow(scene: Scene) -> None:
    scene.ask(SendToFlow("pay"), Done())
    assert (scene.ending, scene.gone) == (None, {AGENT})
    scene.happen(FlowFinished(1))
    assert scene.ending == EndTalk(TalkEnding.DONE)


@pytest.mark.parametrize(
    ("before", "wish", "trouble"),
    [
        ([], Complete(), "You are consulting nobody."),
        ([Consult("Kim")], Hold(), "Kim is being rung."),
        ([SendToFlow("pay")], Consult("Kim"), "The caller is not back yet."),
    ],
)
def test_what_cannot_be_done_now_is_said(
    scene: Scene, before: list[AgentCommand], wish: AgentCommand, trouble: str
) -> None:
    scene.ask(*before, wish)
    assert scene.view is not None
    assert scene.view.trouble == trouble


def test_nobody_else_is_rung_while_somebody_is_consulted(scene: Scene) -> None:
    scene.consult()
    scene.ask(SendTo("2125550142"))
    assert scene.view == TalkView(TalkPhase.CONSULTING, "Kim", "You are talking to Kim.")


EARS = {
    Attending.LISTEN: set[Pair](),
    Attending.WHISPER: {Pair(AGENT, SUPERVISOR)},
    Attending.JOIN: {Pair(AGENT, SUPERVISOR), Pair(CALLER, SUPERVISOR)},
}


@pytest.mark.parametrize("attending", EARS)
def test_a_supervisor_hears_both_and_is_heard_as_agreed(scene: Scene, attending: Attending) -> None:
    scene.happen(SupervisorCame(attending))
    hears = {Pair(SUPERVISOR, CALLER), Pair(SUPERVISOR, AGENT)}
    assert scene.heard == both(CALLER, AGENT) | hears | EARS[attending]
    scene.happen(PartyLeft(SUPERVISOR))
    assert scene.heard == both(CALLER, AGENT)


@pytest.mark.parametrize("attending", EARS)
def test_a_caller_on_hold_is_heard_by_no_supervisor_and_hears_none(
    scene: Scene, attending: Attending
) -> None:
    scene.happen(SupervisorCame(attending))
    scene.ask(Hold())
    assert not any(CALLER in {pair.ear, pair.voice} for pair in scene.heard)
    assert Pair(SUPERVISOR, AGENT) in scene.heard


def test_a_supervisor_who_takes_over_is_the_agent(scene: Scene) -> None:
    scene.happen(SupervisorCame(Attending.LISTEN))
    scene.happen(SupervisorCame(Attending.TAKE_OVER))
    assert scene.heard == both(CALLER, AGENT)
    assert (scene.promoted, scene.gone) == ([SUPERVISOR], {AGENT})
    scene.ask(Hold())
    assert scene.view == TalkView(TalkPhase.HELD)


def test_taking_over_ends_a_consultation(scene: Scene) -> None:
    scene.consult()
    scene.happen(SupervisorCame(Attending.TAKE_OVER))
    assert scene.heard == both(CALLER, AGENT)
    assert scene.gone == {AGENT, OTHER}


def test_taking_over_does_not_interrupt_a_flow(scene: Scene) -> None:
    scene.ask(SendToFlow("pay"))
    scene.happen(SupervisorCame(Attending.TAKE_OVER))
    assert scene.view == TalkView(TalkPhase.IN_FLOW)
    scene.happen(FlowFinished(1))
    assert scene.heard == both(CALLER, AGENT)


def test_a_joined_supervisor_stays_with_a_caller_whose_agent_left(scene: Scene) -> None:
    scene.happen(SupervisorCame(Attending.JOIN))
    scene.happen(PartyLeft(AGENT, lost=True))
    assert scene.heard == both(CALLER, AGENT)
    assert scene.promoted == [SUPERVISOR]


def test_a_joined_supervisor_takes_the_caller_of_a_blind_transfer_that_failed(
    scene: Scene,
) -> None:
    scene.happen(SupervisorCame(Attending.JOIN))
    scene.ask(SendTo("2125550142"))
    scene.happen(PartyLeft(AGENT))
    scene.happen(OtherRefused(1, Refusal.BUSY))
    assert scene.promoted == [SUPERVISOR]
    assert scene.heard == both(CALLER, AGENT)


def test_after_the_end_nothing_happens(scene: Scene) -> None:
    scene.ask(Done())
    before = len(scene.done)
    scene.ask(Hold())
    scene.happen(SupervisorCame(Attending.JOIN))
    scene.wait(100)
    assert scene.done[before:] == []
    assert scene.machine.deadline is None
    assert LetGo(CALLER) not in scene.done
