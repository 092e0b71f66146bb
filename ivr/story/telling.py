"""What happened in a call, in sentences: turns, steps, and how it can be heard."""

from collections.abc import Mapping

from ivr.dialog.actions import HandoffReason
from ivr.story.calls import CallOutcome
from ivr.story.media import Media
from ivr.story.mos import heard_by_them, heard_by_us
from ivr.story.steps import Happened, Step
from ivr.story.turns import Judged, Sound, Turn

BRIEF = 0.05  # seconds; told with one digit it would be 0.0
OUTCOMES: Mapping[CallOutcome, str] = {
    CallOutcome.CONTAINED: "the line did what the caller wanted",
    CallOutcome.HANDED_OFF: "the caller talked to a person",
    CallOutcome.MESSAGE: "the caller left a message",
    CallOutcome.CALLBACK: "the caller is called back",
    CallOutcome.ABANDONED: "the caller hung up before the line was done",
    CallOutcome.HUNG_UP_ON: "an operator of the line hung up",
    CallOutcome.REDIRECTED: "the caller was sent to the overflow number",
    CallOutcome.FAILED: "the line hung up for a fault of its own",
    CallOutcome.CRASHED: "the line's process ended",
}
REASONS: Mapping[str, str] = {
    HandoffReason.ASKED: "they asked for one",
    HandoffReason.FLOW: "the flow sends them there",
    HandoffReason.NOT_UNDERSTOOD: "they were not understood too often",
    HandoffReason.EMERGENCY: "what they said sounded like an emergency",
    HandoffReason.CLINIC_DOWN: "the clinic's system does not answer",
    HandoffReason.LINE_TROUBLE: "the line itself is in trouble",
    HandoffReason.SENT: "an operator sends them there",
}
_STEPS: Mapping[Happened, str] = {
    Happened.HELD: "The far end put us on hold",
    Happened.RESUMED: "The far end took us off hold",
    Happened.SPEECH_LOST: "No recogniser could be had: keys only from here on",
    Happened.SPEECH_RESTARTED: "The recogniser ended; a new one listens",
    Happened.NOT_SPOKEN: "A prompt could not be spoken",
    Happened.WANTED_PERSON: "The caller goes to a person{why}",
    Happened.QUEUED: "The caller waits{queue}",
    Happened.RANG: "The phone of {who} rings",
    Happened.REFUSED: "{somebody} did not take it{detail}",
    Happened.BRIEFED: "{somebody} was told who is calling",
    Happened.BRIDGED: "The caller and {who} hear each other",
    Happened.UNBRIDGED: "The talk with {who} is over{detail}",
    Happened.LED_ASIDE: "The waiting caller talks to the line again",
    Happened.NOBODY: "Nobody will come{detail}",
    Happened.KEPT_PLACE: "The caller keeps the place and will be rung back",
    Happened.OPERATOR_ACTED: "{somebody}, at the controls of the line, acted{detail}",
    Happened.BROKE: "An error of the line's own{detail}",
    Happened.CALLER_LEFT: "The caller hung up",
    Happened.WE_HUNG_UP: "The line hung up",
    Happened.MEDIA_LOST: "No sound came for so long that the line gave the call up",
}
_JUDGED: Mapping[Judged, str] = {
    Judged.ACCEPTED: "Understood{sure}: accepted.",
    Judged.READ_BACK: "Understood{sure}: not sure enough, so read back.",
    Judged.ALWAYS_READ_BACK: "Understood{sure}: read back, as the flow wants.",
    Judged.CONFIRMED: "The caller said yes to what was read back.",
    Judged.DENIED: "The caller said no to what was read back: it had been misheard.",
    Judged.TOO_UNSURE: "Words of this question, but only{sure}: not taken.",
    Judged.NOT_AN_ANSWER: "Words{sure}, but no answer to this question.",
    Judged.NO_WORDS: "Sound in which no words were found.",
    Judged.WITHOUT_END: "Sound that did not end: given up.",
    Judged.WRONG_KEYS: "Keys were pressed that mean nothing here.",
    Judged.KEYED: "Answered by keys.",
    Judged.WISH: "The caller asked for help, a repeat or a person.",
    Judged.ALARM: "What was said sounded like an emergency.",
    Judged.SILENT: "Nobody said or pressed anything.",
    Judged.EAR_LOST: "Nobody listened: no recogniser.",
    Judged.NOT_ASKED: "",
}
_KINDS = {"menu": "for a choice", "read_back": "whether it understood right"}


def of_turn(turn: Turn) -> str:
    """Tell one turn: what was said to the caller, what came of it, and why."""
    parts = [_asked(turn), _judged(turn), _sound(turn), _clinic(turn), _answered(turn)]
    told = " ".join(part for part in parts if part)
    return f"Turn {turn.number}, {turn.state}{f': {told}' if told else '.'}"


def of_step(step: Step) -> str:
    """Tell one thing that happened beside the turns."""
    who = step.who or "an agent"
    sentence = _STEPS[step.happened].format(
        who=who,
        somebody=who[0].upper() + who[1:],
        why=f": {REASONS.get(step.detail, _plain(step.detail))}" if step.detail else "",
        detail=f": {_plain(step.detail)}" if step.detail else "",
        queue=f" in queue {step.detail}" if step.detail else "",
    )
    return f"{sentence}."


def of_media(media: Media) -> str:
    """Tell how well one leg could be heard, in both directions."""
    heard, far = heard_by_us(media), heard_by_them(media)
    whose = "caller's" if media.leg == "caller" else "agent's"
    text = f"The {whose} sound: "
    if heard is None:
        text += "not one packet came"
    else:
        text += f"{media.received} packets, {media.lost} lost, {media.late} late, "
        text += f"jitter {1000 * media.jitter:.0f} ms, MOS {heard.mos:.1f}"
    if far is not None:
        text += f"; of our {media.sent} the far end missed {far.loss:.1%}, MOS {far.mos:.1f}"
    return text + "."


def duration(seconds: float) -> str:
    """Say how long: `8 s`, `1 min 12 s`."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


# ---------------------------------------------------------------- the parts of a turn


def _asked(turn: Turn) -> str:
    heard = f"{turn.prompt:.1f} s of the prompt heard" if turn.prompt >= BRIEF else ""
    cut = ", spoken over" if turn.barged_in else ""
    if not turn.asked:
        return f"{heard[0].upper()}{heard[1:]}{cut}." if heard else ""
    kind = _KINDS.get(turn.asked, f"for {_plain(turn.asked)}")
    return f"asked {kind} ({heard}{cut})." if heard else f"asked {kind}{cut}."


def _judged(turn: Turn) -> str:
    sure = "" if turn.confidence is None else f" {turn.confidence:.2f} sure"
    return _JUDGED[turn.judged].format(sure=sure)


def _sound(turn: Turn) -> str:
    sound: Sound = turn.sound
    if sound.speech_dbfs is None:
        quiet = turn.judged is Judged.SILENT and sound.noise_dbfs is not None
        return f"What came was at {sound.noise_dbfs:.0f} dBFS." if quiet else ""
    text = f"{sound.speech:.1f} s of voice at {sound.speech_dbfs:.0f} dBFS"
    if sound.noise_dbfs is not None:
        text += f", noise at {sound.noise_dbfs:.0f}"
    if sound.cut_in:
        text += ", its beginning cut off"
    return text + "."


def _clinic(turn: Turn) -> str:
    if not turn.operation:
        return ""
    took = "" if turn.clinic is None else f" after {turn.clinic:.1f} s"
    outcome = turn.outcome.replace("_", " ") if turn.outcome else "no answer yet"
    return f"The clinic's system, asked for {turn.operation}: {outcome}{took}."


def _answered(turn: Turn) -> str:
    if turn.latency is None:
        return ""
    at_once = turn.latency < BRIEF
    return f"The line answered {'at once' if at_once else f'{turn.latency:.1f} s later'}."


def _plain(name: str) -> str:
    return name.replace("_", " ")
