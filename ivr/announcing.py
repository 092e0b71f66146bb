"""What a waiting caller is told, in words."""

from functools import partial

from ivr.bridge import Sounds
from ivr.dialog.wording import Phrases, Wording
from ivr.flow.templates import fill
from ivr.handoff.actions import Announce, Announcement
from ivr.handoff.card import AGENTS_LANGUAGE
from ivr.handoff.tickets import Ticket
from ivr.introduction import whisper


def sounds_for(ticket: Ticket, wording: Wording, music: bytes) -> Sounds:
    """Choose what is heard while the caller of *ticket* waits."""
    language = ticket.language if ticket.language in wording.languages else AGENTS_LANGUAGE
    return Sounds(
        words=partial(words_of, phrases=wording(language)),
        whisper=partial(whisper, phrases=wording(AGENTS_LANGUAGE)),
        music=music,
        language=language,
    )


def words_of(announce: Announce, phrases: Phrases, *, queue: str) -> str:
    """
    Put *announce* into words.

    Args:
        announce: What to tell.
        phrases: In the caller's language.
        queue: Title of the queue they wait in, for their ears.
    """
    parts = [_sentence(announce, phrases, queue)]
    if announce.what is Announcement.PLACE and announce.wait is not None:
        parts.append(_wait(announce.wait, phrases))
    if announce.keys:
        parts.append(phrases.waiting_keys)
    return " ".join(parts)


def _sentence(announce: Announce, phrases: Phrases, queue: str) -> str:
    match announce.what:
        case Announcement.FINDING:
            return phrases.finding
        case Announcement.PLACE if announce.ahead:
            return _fill(phrases.place, number=str(announce.ahead + 1))
        case Announcement.PLACE:
            return phrases.next_in_line
        case Announcement.STILL_LOOKING:
            return phrases.finding_still
        case Announcement.COMING:
            return _fill(phrases.coming, person=announce.person, queue=queue)
        case Announcement.CUT_OFF:
            return phrases.cut_off
        case Announcement.SENT_ON:
            return phrases.sent_on
        case Announcement.PARTING:
            return _fill(phrases.parting, person=announce.person)


def _wait(wait: tuple[int, int], phrases: Phrases) -> str:
    least, most = wait
    if most <= 1:
        return phrases.wait_minute
    if least <= 0:
        return _fill(phrases.wait_most, most=str(most))
    if least >= most:
        return _fill(phrases.wait_about, minutes=str(most))
    return _fill(phrases.wait_range, least=str(least), most=str(most))


def _fill(template: str, **places: str) -> str:
    return fill(template, places.__getitem__)
