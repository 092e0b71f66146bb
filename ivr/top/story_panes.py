"""The panes of one call: what happened in it, how it can be heard, and its SIP messages."""

from datetime import datetime

from ivr.dialog.confidence import Band
from ivr.dialog.turns import Answered
from ivr.printing import printable
from ivr.story.media import Media
from ivr.story.mos import Quality, heard_by_them, heard_by_us
from ivr.story.signalling import Message
from ivr.story.steps import Step
from ivr.story.turns import Sound, Turn
from ivr.top.calls import BANDS
from ivr.top.glyphs import Glyphs
from ivr.top.ink import Ink, Piece, Row, length, one
from ivr.top.sights import Sight
from ivr.watch.board import SeenStory

FEW_PEOPLE_LIKE = 3.6  # MOS; R of 70, below which many are dissatisfied (ITU-T G.107 annex B)
MISSED = (Answered.SILENCE, Answered.NOT_UNDERSTOOD)


def call_rows(sight: Sight, said: str) -> list[Row]:
    """Draw what a call is in this moment; *said* are words as they were heard, `` if hidden."""
    glimpse = sight.glimpse
    if sight.over is not None:
        outcome = sight.over.outcome
        state = f"over after {length(sight.age)}: {(outcome or 'ended').replace('_', ' ')}"
    else:
        state = f"{glimpse.phase} for {length(sight.age)}, turn {glimpse.turn}"
    rows = [
        (Piece(f"Call {glimpse.call} ", Ink.STRONG), Piece(state)),
        _labelled("in", " > ".join(glimpse.places)),
        _labelled("the line", f"{'says' if glimpse.playing else 'said'}: {glimpse.prompt}"),
        _labelled("the caller", said or glimpse.words),
    ]
    if glimpse.slots:
        known = ", ".join(f"{name} {value}" for name, value in glimpse.slots.items())
        rows.append(_labelled("known", known))
    if sight.trouble.text:
        rows.append(_labelled("trouble", sight.trouble.text, Ink.BAD))
    return rows


def _labelled(name: str, text: str, ink: Ink = Ink.PLAIN) -> Row:
    return (Piece(f"{name:<11}", Ink.FAINT), *one(text, ink))


def story_rows(story: SeenStory) -> list[Row]:
    """Draw turns and what happened beside them, in order of time."""
    moments: list[Turn | Step] = sorted([*story.turns, *story.steps], key=lambda fact: fact.at)
    rows: list[Row] = []
    for fact in moments:
        rows += _turn(fact) if isinstance(fact, Turn) else [_step(fact)]
    return rows or [one("Nothing happened yet.", Ink.FAINT)]


def _turn(turn: Turn) -> list[Row]:
    missed = turn.answered in MISSED
    head = (
        Piece(f"{_clock(turn.at)} ", Ink.FAINT),
        *one(f"{turn.number:>2} {turn.state}", Ink.STRONG),
        *one(f"  {_asked(turn)}", Ink.WARN if missed else Ink.PLAIN),
    )
    return [head, (Piece(" " * 12), *_figures(turn))]


def _asked(turn: Turn) -> str:
    if not turn.asked:
        return f"{turn.operation}: {turn.outcome}" if turn.operation else "told"
    how = "barged in, " if turn.barged_in else ""
    return f"{turn.asked}: {how}{turn.answered}, {turn.judged.replace('_', ' ')}"


def _figures(turn: Turn) -> Row:
    pieces: list[Piece] = []
    if turn.confidence is not None:
        mark, ink = BANDS[turn.band] if turn.band in list(Band) else ("", Ink.PLAIN)
        pieces += (Piece(f"{turn.confidence:.0%} {mark}", ink), Piece("  "))
    parts = [f"patience {turn.patience:g}"] if turn.asked else []
    if turn.latency is not None:
        parts.append(f"answered in {turn.latency:.2f} s")
    if turn.clinic is not None:
        parts.append(f"clinic {turn.clinic:.1f} s")
    parts += _levels(turn.sound)
    return (*pieces, Piece(", ".join(parts)))


def _levels(sound: Sound) -> list[str]:
    found = []
    if sound.speech_dbfs is not None:
        found.append(f"voice {sound.speech_dbfs:.0f} dB")
    if sound.noise_dbfs is not None:
        found.append(f"noise {sound.noise_dbfs:.0f} dB")
    if sound.clipped:
        found.append(f"clipped {sound.clipped:.1%}")
    if sound.cut_in:
        found.append("begins cut off")
    if sound.dropped:
        found.append(f"{sound.dropped} frames dropped")
    return found


def _step(step: Step) -> Row:
    parts = [step.happened.replace("_", " "), step.detail.replace("_", " "), step.who]
    return (Piece(f"{_clock(step.at)} ", Ink.FAINT), *one("   " + " ".join(filter(None, parts))))


def sound_rows(story: SeenStory) -> list[Row]:
    """Draw how each leg hears and is heard, as of the last sample."""
    rows: list[Row] = []
    for leg, media in {media.leg: media for media in story.media}.items():
        rows += [one(f"{leg} {media.codec}", Ink.STRONG), *_directions(media)]
    return rows or [one("No figures yet.", Ink.FAINT)]


def _directions(media: Media) -> list[Row]:
    buffer = f"jitter {media.jitter * 1000:.0f} ms, buffer {media.buffered * 1000:.0f} ms"
    rows = [_judged("we hear", heard_by_us(media)), (Piece(f"  {buffer}, {media.late} late"),)]
    if media.silent:
        rows.append(one(f"  last packet {media.silent:.1f} s ago", Ink.WARN))
    rows.append(_judged("they hear", heard_by_them(media)))
    far = [f"jitter {media.far_jitter * 1000:.0f} ms"] if media.far_jitter is not None else []
    if media.round_trip is not None:
        far.append(f"round trip {media.round_trip * 1000:.0f} ms")
    if far:
        rows.append(one(f"  {', '.join(far)}"))
    return rows


def _judged(who: str, quality: Quality | None) -> Row:
    if quality is None:
        return (Piece(f"  {who:<10}"), Piece("not known", Ink.FAINT))
    bad = quality.mos < FEW_PEOPLE_LIKE
    mark, ink = ("! ", Ink.BAD) if bad else ("", Ink.GOOD)
    return (
        Piece(f"  {who:<10}"),
        Piece(f"{mark}MOS {quality.mos:.1f}, loss {quality.loss:.1%}", ink),
    )


def ladder_rows(story: SeenStory, glyphs: Glyphs) -> list[Row]:
    """Draw the SIP messages as a ladder between a leg and the line."""
    if not story.messages:
        return [one("No messages yet.", Ink.FAINT)]
    return [_rung(message, glyphs) for message in sorted(story.messages, key=lambda one: one.at)]


def _rung(message: Message, glyphs: Glyphs) -> Row:
    text = printable(f"{message.status} {message.method}" if message.status else message.method)
    again = " again" if message.again else ""
    arrow = f" {text}{again} ".center(22, glyphs.rule)
    drawn = (
        f"{glyphs.inward}{arrow}{glyphs.rule}"
        if message.outward
        else f"{glyphs.rule}{arrow}{glyphs.outward}"
    )
    failed = message.status >= 400  # noqa: PLR2004 - RFC 3261 §7.2: from there on it failed
    ink = Ink.BAD if failed else Ink.WARN if message.again else Ink.PLAIN
    leg = printable(f"{message.leg:<7}")
    return (
        Piece(f"{_clock(message.at, exact=True)} {leg}", Ink.FAINT),
        Piece(drawn, ink),
        Piece(" line"),
    )


def _clock(at: datetime, *, exact: bool = False) -> str:
    local = at.astimezone()
    return f"{local:%H:%M:%S}.{local.microsecond // 1000:03}" if exact else f"{local:%H:%M:%S}"
