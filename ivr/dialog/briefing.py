"""What the agent is told: who is calling, how they proved it, what they want, and why now."""

from typing import assert_never

from ivr.dialog.actions import Briefing, HandoffReason
from ivr.dialog.wording import Phrases
from ivr.flow.templates import fill


def spoken(briefing: Briefing, phrases: Phrases) -> str:
    """Put *briefing* into words for the agent's ear, "press 1" at the end."""
    return " ".join(
        part
        for part in (
            _who(briefing, phrases),
            _wanted(briefing, phrases),
            _sentence(briefing.detail) if briefing.detail else _why(briefing.reason, phrases),
            phrases.briefing_accept,
        )
        if part
    )


def _who(briefing: Briefing, phrases: Phrases) -> str:
    if not briefing.caller:
        return phrases.briefing_unknown
    known = {"caller": briefing.caller, "verified": briefing.verified}
    return fill(phrases.briefing_caller, known.__getitem__)


def _wanted(briefing: Briefing, phrases: Phrases) -> str:
    if not briefing.wanted:
        return phrases.briefing_nothing
    return fill(phrases.briefing_wanted, lambda _: briefing.wanted)


def _sentence(detail: str) -> str:
    text = detail[:1].upper() + detail[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _why(reason: HandoffReason, phrases: Phrases) -> str:
    match reason:
        case HandoffReason.ASKED:
            return phrases.briefing_asked
        case HandoffReason.FLOW:
            return ""
        case HandoffReason.NOT_UNDERSTOOD:
            return phrases.briefing_not_understood
        case HandoffReason.EMERGENCY:
            return phrases.briefing_emergency
        case HandoffReason.CLINIC_DOWN:
            return phrases.briefing_clinic_down
        case HandoffReason.LINE_TROUBLE:
            return phrases.briefing_line_trouble
        case unknown:
            assert_never(unknown)
