"""The account of one call: a verdict, what is suspicious, and the story in order of time."""

from dataclasses import dataclass
from datetime import datetime

from ivr.story.calls import CallRow
from ivr.story.case import Case
from ivr.story.lore import LORE
from ivr.story.media import Media
from ivr.story.story import Story
from ivr.story.suspects import Severity, Suspicion
from ivr.story.suspicions import suspicions
from ivr.story.telling import OUTCOMES, duration, of_media, of_step, of_turn


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened, in a sentence or more."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Account:
    """Why a call went as it did; nothing that was said, keyed or is of the caller."""

    verdict: str
    """One line."""
    suspicions: tuple[Suspicion, ...]
    """The most likely cause first; none: the call went well as far as the line can tell."""
    moments: tuple[Moment, ...]

    @property
    def worst(self) -> Severity | None:
        """How bad the worst of it is; None: nothing is suspicious."""
        return max((one.severity for one in self.suspicions), default=None)


def why(story: Story) -> Account:
    """Account for the call of *story*; the same story always gives the same account."""
    found = suspicions(story)
    return Account(_verdict(story.row, found), found, _moments(story))


def next_command(suspicion: Suspicion, story: Story) -> str:
    """Give what to type next about *suspicion*; `` for nothing."""
    row = story.row
    states = [turn.state for turn in story.turns if turn.number in suspicion.turns]
    state = (*states, *row.path[-1:], row.flow)[0]
    flow = state.partition(".")[0]
    command = LORE[suspicion.what].command
    return command.format(call=row.call, flow=flow) if flow or "{flow}" not in command else ""


def _verdict(row: CallRow, found: tuple[Suspicion, ...]) -> str:
    ended = "the call is going on" if row.outcome is None else OUTCOMES[row.outcome]
    if not found:
        return f"Nothing suspicious: {ended}."
    title = LORE[found[0].what].title
    if found[0].severity is Severity.ODD:
        return f"Worth a look: {title}; {ended}."
    return f"{title[0].upper()}{title[1:]}; {ended}."


def _moments(story: Story) -> tuple[Moment, ...]:
    row, case = story.row, Case(story)
    told = [Moment(turn.at, of_turn(turn)) for turn in story.turns]
    told += [Moment(step.at, of_step(step)) for step in story.steps]
    first = Moment(row.answered or row.started, _began(row))
    last = [Moment(case.ended, of_media(media)) for media in _last_of_each(story.media)]
    if row.outcome is not None:
        how = OUTCOMES[row.outcome]
        last.append(Moment(case.ended, f"Over after {duration(case.seconds)}: {how}."))
    return (first, *sorted(told, key=lambda moment: moment.at), *last)


def _began(row: CallRow) -> str:
    where = f" on trunk {row.trunk}" if row.trunk else ""
    if row.answered is None:
        return f"The call came in{where} and was not answered."
    version = f", version {row.version[:8]}" if row.version else ""
    return f"Answered{where}; flow {row.flow}{version}."


def _last_of_each(media: tuple[Media, ...]) -> tuple[Media, ...]:
    return tuple({one.leg: one for one in media}.values())
