"""Sets the stage: from a state of a flow to the activity that carries it out."""

from dataclasses import dataclass
from functools import partial
from typing import assert_never

from ivr.dialog.actions import Briefing, HandOff, HandoffReason, HangUp
from ivr.dialog.activity import Activity
from ivr.dialog.asking import Asking
from ivr.dialog.inquiry import Inquiry
from ivr.dialog.journey import Journey
from ivr.dialog.keypad import Keypad
from ivr.dialog.knowledge import Knowledge
from ivr.dialog.memory import Memory
from ivr.dialog.message_taking import MessageTaking
from ivr.dialog.patience import Patience
from ivr.dialog.performing import Performing, Request
from ivr.dialog.plan import ear_for, plan_for
from ivr.dialog.prompt import Prompt
from ivr.dialog.script import Script
from ivr.dialog.telling import Telling
from ivr.dialog.turns import Floor
from ivr.dialog.verdicts import Fail, Finish, Follow, Verdict
from ivr.dialog.wording import Phrases
from ivr.flow.model import NEXT, Ask, Call, Do, End, Handoff, Record, Return, Say, Value


@dataclass(frozen=True, slots=True)
class Talk:
    """The parts of one conversation, shared by all who work on it."""

    journey: Journey
    knowledge: Knowledge
    script: Script
    floor: Floor
    keypad: Keypad
    patience: Patience
    memory: Memory


class Stage:
    """What goes on in a state, and in the moments that no flow describes."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self.language = talk.journey.flow.language
        """The language that is being spoken."""

    @property
    def phrases(self) -> Phrases:
        """The line's own words in the language that is being spoken."""
        return self._talk.script.line(self.language)

    def enter(self) -> Activity | Verdict:
        """Take up the state the call has come to; a state in which nothing happens is a verdict."""
        journey = self._talk.journey
        self._talk.floor.where = journey.arrive()
        self.language = journey.flow.language
        match state := journey.state:
            case Ask():
                return self._ask(state)
            case Say(prompt=prompt):
                said = self.author(prompt)
                return self.tell(said, Follow(NEXT)) if said.text.strip() else Follow(NEXT)
            case Do():
                return self._perform(state)
            case Call(flow=flow):
                deeper = journey.enter(flow)
                return self.enter() if deeper else Fail(HandoffReason.LINE_TROUBLE)
            case Return(outcome=outcome):
                return self._return(outcome)
            case Handoff(queue=queue, prompt=prompt, reason=why):
                last = Finish(HandOff(queue, self.briefing(HandoffReason.FLOW, why)))
                return self.tell(self.author(prompt), last) if prompt else last
            case End(prompt=prompt):
                return self._part(self.author(prompt))
            case Record(prompt=prompt, limit=limit):
                ear = ear_for(self.language)
                return MessageTaking(self._talk.floor, self.author(prompt), limit=limit, ear=ear)
            case unknown:
                assert_never(unknown)

    def tell(self, prompt: Prompt, then: Verdict, *, in_full: bool = False) -> Telling:
        """Say *prompt*, then go on; *in_full*: no word of the caller cuts it."""
        ear = None if in_full else ear_for(self.language)
        return Telling(self._talk.floor, self._talk.keypad, prompt, then=then, ear=ear)

    def author(self, template: str) -> Prompt:
        """Fill a text of the author's."""
        return self._talk.script.author(template, self._talk.journey.flow)

    def line(self, text: str) -> Prompt:
        """Say a text of the line's own."""
        return Prompt(text, text, self.language)

    def hand_off(
        self, reason: HandoffReason, *, queue: str | None = None, urgent: bool = False
    ) -> Finish:
        """Lead to a person of *queue*, by default the flow's."""
        queue = self._talk.journey.flow.queue if queue is None else queue
        return Finish(HandOff(queue, self.briefing(reason), urgent))

    def _ask(self, state: Ask) -> Activity:
        talk, question = self._talk, state.question
        flow = talk.journey.flow
        slot = None if question.slot is None else flow.slots[question.slot]
        plan = plan_for(question, slot, language=flow.language, today=talk.script.today)
        say = partial(talk.script.author, flow=flow)
        inquiry = Inquiry(question, plan, say=say, phrases=self.phrases, patience=talk.patience)
        return Asking(talk.floor, talk.keypad, inquiry, ear=ear_for(self.language))

    def _perform(self, state: Do) -> Activity:
        talk = self._talk
        arguments: dict[str, Value] = {
            name: talk.script.argument(text) for name, text in state.arguments.items()
        }
        filler = self.author(state.filler or self.phrases.filler)
        company = self.line(self.phrases.still_looking)
        request = Request(state.operation, arguments, filler=filler, company=company)
        return Performing(talk.floor, talk.keypad, request, ear=ear_for(self.language))

    def _return(self, outcome: str) -> Activity | Verdict:
        journey = self._talk.journey
        if not journey.called and journey.awaited:
            return Finish(HangUp())  # no goodbye: the agent who sent them here goes on with them
        if not journey.called:
            return self._part(self.author(""))
        journey.leave()
        return Follow(outcome)

    def _part(self, prompt: Prompt) -> Activity:
        last_words = prompt if prompt.text else self.line(self.phrases.goodbye)
        return self.tell(last_words, Finish(HangUp()))

    def briefing(self, reason: HandoffReason, detail: str = "") -> Briefing:
        """Tell what a person must know who takes the call now."""
        known, memory = self._talk.knowledge, self._talk.memory
        return Briefing(
            known.caller,
            known.verified,
            self._talk.journey.errand,
            reason,
            detail,
            done=memory.done,
            said=memory.said,
            known=known.told,
            language=self.language,
        )
