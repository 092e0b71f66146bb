"""Why a call goes to a person, in words for that person."""

from typing import assert_never

from ivr.dialog.actions import Briefing, HandoffReason
from ivr.dialog.wording import Phrases


def why(briefing: Briefing, phrases: Phrases) -> str:
    """Say in one sentence why the machine gave up; the author's reason goes first."""
    if briefing.detail:
        return _sentence(briefing.detail)
    match briefing.reason:
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
        case HandoffReason.SENT:
            return phrases.briefing_sent
        case unknown:
            assert_never(unknown)


def _sentence(detail: str) -> str:
    text = detail[:1].upper() + detail[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."
