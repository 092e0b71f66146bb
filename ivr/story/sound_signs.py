"""Signs that what was said did not reach the other side, or not whole."""

from collections.abc import Mapping
from itertools import pairwise

from ivr.audio.pcm import FRAME
from ivr.story.case import NOT_UNDERSTOOD, Case, listed, numbers
from ivr.story.mos import heard_by_them, heard_by_us, worst
from ivr.story.steps import Happened
from ivr.story.suspects import (
    CLIPPED,
    CUT_SHORT_WITHIN,
    DELAY,
    DIGITAL_SILENCE,
    DROPPED,
    ECHO_TIMES,
    ECHO_WITHIN,
    ENOUGH_PACKETS,
    FAR_LOSS,
    JITTER,
    KEY_BURSTS,
    LATE,
    LOSS,
    NO_SOUND_FROM,
    NOISE_GAP,
    NOISY_FROM,
    QUIET,
    SILENT_TURNS,
    SOUND_GONE_FROM,
    WORTH_A_LOOK_LOSS,
    Severity,
    Suspect,
    Suspicion,
)
from ivr.story.turns import Judged, Turn

CALLER, AGENT = "caller", "agent"


def nothing_heard(case: Case) -> Suspicion | None:
    """Not one packet of the caller came: one-way audio towards us."""
    media = case.last_media(CALLER)
    if media is None or media.received or case.seconds < NO_SOUND_FROM or _held(case):
        return None
    evidence = f"Not one packet of the caller's sound came in {case.seconds:.0f} s"
    evidence += f"; {media.sent} of ours were sent." if media.sent else ", and none left either."
    return Suspicion(Suspect.NOTHING_HEARD, Severity.BROKE, evidence)


def sound_stopped(case: Case) -> Suspicion | None:
    """Packets came, and then no more."""
    media = case.last_media(CALLER)
    lost = case.steps(Happened.MEDIA_LOST)
    if media is not None and not media.received:
        return None  # there was none to stop
    silent = media.silent if media is not None else 0.0
    if not lost and (silent < SOUND_GONE_FROM or _held(case)):
        return None
    evidence = "The caller's sound stopped"
    evidence += f" {silent:.0f} s before the end of the call" if silent else ""
    evidence += ", and the line gave the call up." if lost else "."
    return Suspicion(Suspect.SOUND_STOPPED, Severity.BROKE, evidence)


def not_heard_by_caller(case: Case) -> Suspicion | None:
    """The far end reports that our packets do not come: one-way audio towards the caller."""
    media = case.last_media(CALLER)
    if media is None:
        return None
    seconds = case.seconds
    if not media.sent and seconds >= NO_SOUND_FROM and not _held(case):
        evidence = f"The line sent no sound in {seconds:.0f} s."
        return Suspicion(Suspect.NOT_HEARD_BY_CALLER, Severity.BROKE, evidence)
    heard = heard_by_them(media)
    if heard is None or heard.loss < FAR_LOSS or media.sent < ENOUGH_PACKETS:
        return None
    evidence = f"The caller's phone reports that {heard.loss:.0%} of our sound did not come."
    return Suspicion(Suspect.NOT_HEARD_BY_CALLER, Severity.BROKE, evidence)


def muted(case: Case) -> Suspicion | None:
    """Packets came and held digital silence, where somebody should have spoken."""
    silent = [turn for turn in case.asked if turn.judged is Judged.SILENT]
    noise = case.noise_dbfs()
    if case.taken or case.spoken or len(silent) < SILENT_TURNS:
        return None
    if noise is None or noise > DIGITAL_SILENCE:
        return None
    evidence = f"Packets came but held pure silence ({noise:.0f} dBFS) in {listed(silent)}."
    return Suspicion(Suspect.MUTED, case.blame(), evidence, numbers(silent))


def agent_not_heard(case: Case) -> Suspicion | None:
    """One-way audio between the line and the agent."""
    media = case.last_media(AGENT)
    if media is None or not case.steps(Happened.BRIDGED):
        return None
    heard = heard_by_them(media)
    if not media.received and media.sent >= ENOUGH_PACKETS:
        evidence = f"Not one packet of the agent's sound came; {media.sent} of ours were sent."
    elif heard is not None and heard.loss >= FAR_LOSS and media.sent >= ENOUGH_PACKETS:
        evidence = f"The agent's phone reports that {heard.loss:.0%} of the sound did not come."
    else:
        return None
    return Suspicion(Suspect.AGENT_NOT_HEARD, Severity.BROKE, evidence)


def _held(case: Case) -> bool:
    """Tell whether the far end put us on hold: then it may send nothing, and hear nothing."""
    return bool(case.steps(Happened.HELD))


# ---------------------------------------------------------------- the network


def packet_loss(case: Case) -> Suspicion | None:
    """Packets of the caller's sound were lost."""
    media = case.last_media(CALLER)
    heard = heard_by_us(media) if media is not None else None
    if media is None or heard is None or media.received + media.lost < ENOUGH_PACKETS:
        return None
    share = media.lost / (media.received + media.lost)
    if share < WORTH_A_LOOK_LOSS:
        return None
    evidence = f"{share:.1%} of the caller's packets were lost ({media.lost}); MOS {heard.mos:.1f}."
    return Suspicion(Suspect.PACKET_LOSS, _if_much(case, much=share >= LOSS), evidence)


def jitter(case: Case) -> Suspicion | None:
    """Packets came unevenly, many of them too late."""
    samples = [one for one in case.story.media if one.leg == CALLER]
    media = case.last_media(CALLER)
    if media is None or media.received < ENOUGH_PACKETS:
        return None
    swing = max(one.jitter for one in samples)
    late = media.late / (media.received + media.lost)
    if swing < JITTER and late < LATE:
        return None
    parts = [f"came up to {1000 * swing:.0f} ms unevenly"] if swing >= JITTER else []
    parts += [f"came too late to be heard ({late:.1%})"] if late >= LATE else []
    evidence = f"The caller's packets {' and '.join(parts)}."
    return Suspicion(Suspect.JITTER, _if_much(case, much=True), evidence)


def delay(case: Case) -> Suspicion | None:
    """So late that both sides speak at once."""
    media = case.last_media(CALLER)
    quality = worst(media) if media is not None else None
    if media is None or quality is None or quality.delay < DELAY:
        return None
    evidence = f"What was said took {quality.delay:.1f} s to the other ear; MOS {quality.mos:.1f}."
    return Suspicion(Suspect.DELAY, case.harm(), evidence)


def _if_much(case: Case, *, much: bool) -> Severity:
    return case.harm() if much else Severity.ODD


# ---------------------------------------------------------------- what the ear measured


def keys_as_sound(case: Case) -> Suspicion | None:
    """Keys whose tones came as sound, in turns that nothing was understood in."""
    turns = [turn for turn in case.turns if turn.sound.tones and turn not in case.taken]
    keys = sum(turn.sound.tones for turn in turns)
    if keys < KEY_BURSTS:
        return None
    evidence = f"{keys} keys were heard as tones in {listed(turns)}, and none came as a key."
    return Suspicion(Suspect.KEYS_AS_SOUND, case.blame(), evidence, numbers(turns))


def noise(case: Case) -> Suspicion | None:
    """Loud surroundings."""
    speech, quiet = case.speech_dbfs(), case.noise_dbfs()
    if speech is None or quiet is None or quiet < NOISY_FROM or speech - quiet >= NOISE_GAP:
        return None
    gap = speech - quiet
    evidence = f"The caller spoke {gap:.0f} dB above the noise ({speech:.0f} to {quiet:.0f} dBFS)."
    return Suspicion(Suspect.NOISE, case.harm(), evidence, numbers(case.misunderstood))


def too_quiet(case: Case) -> Suspicion | None:
    """Speech that hardly reached us."""
    speech = case.speech_dbfs()
    if speech is None or speech > QUIET:
        return None
    evidence = f"The caller's voice arrived at {speech:.0f} dBFS; usual are -30 to -15."
    return Suspicion(Suspect.TOO_QUIET, case.harm(), evidence, numbers(case.misunderstood))


def too_loud(case: Case) -> Suspicion | None:
    """Speech that was cut off at full scale."""
    loud = [turn for turn in case.spoken if turn.sound.clipped >= CLIPPED]
    if not loud:
        return None
    share = max(turn.sound.clipped for turn in loud)
    evidence = (
        f"Up to {share:.0%} of the caller's voice was cut off at full scale ({listed(loud)})."
    )
    return Suspicion(Suspect.TOO_LOUD, case.harm(loud), evidence, numbers(loud))


def cut_in(case: Case) -> Suspicion | None:
    """Answers whose beginning is missing."""
    clipped = [turn for turn in case.misunderstood if turn.sound.cut_in]
    if not clipped:
        return None
    evidence = f"The caller was speaking already when we began to listen in {listed(clipped)}."
    return Suspicion(Suspect.CUT_IN, case.harm(clipped), evidence, numbers(clipped))


def cut_short(case: Case) -> Suspicion | None:
    """Answers that were taken as complete while the caller only paused."""
    short = [turn for turn, after in pairwise(case.turns) if _went_on(turn, after)]
    if not short:
        return None
    evidence = f"The caller went on speaking over the reply to {listed(short)}: they had paused."
    return Suspicion(Suspect.CUT_SHORT, case.harm(short), evidence, numbers(short))


def _went_on(turn: Turn, after: Turn) -> bool:
    misread = turn.judged in {Judged.NOT_AN_ANSWER, Judged.TOO_UNSURE, Judged.READ_BACK}
    speaking = after.barged_in and after.sound.speech_dbfs is not None
    return misread and speaking and after.prompt <= CUT_SHORT_WITHIN


def echo(case: Case) -> Suspicion | None:
    """Prompts that were cut by what was no answer: our own voice, or a noise."""
    before: Mapping[int, Turn] = {after.number: turn for turn, after in pairwise(case.turns)}
    false = [turn for turn in case.misunderstood if _cut_by_nothing(turn, before.get(turn.number))]
    if len(false) < ECHO_TIMES:
        return None
    evidence = f"{len(false)} prompts were cut within {ECHO_WITHIN:.0f} s by what was no answer"
    evidence += f" ({listed(false)}): the line hears itself."
    return Suspicion(Suspect.ECHO, case.harm(false), evidence, numbers(false))


def _cut_by_nothing(turn: Turn, before: Turn | None) -> bool:
    """Tell an echo from a caller who goes on speaking after a pause."""
    goes_on = before is not None and before.judged in NOT_UNDERSTOOD and not before.barged_in
    return turn.barged_in and turn.prompt <= ECHO_WITHIN and not goes_on


def recogniser_starved(case: Case) -> Suspicion | None:
    """Frames the recogniser had no time for."""
    starved = [turn for turn in case.turns if turn.sound.dropped >= DROPPED]
    if not starved:
        return None
    dropped = sum(turn.sound.dropped for turn in starved)
    evidence = (
        f"The recogniser had no time for {dropped * FRAME:.1f} s of sound ({listed(starved)})."
    )
    return Suspicion(Suspect.RECOGNISER_SLOW, case.harm(starved), evidence, numbers(starved))
