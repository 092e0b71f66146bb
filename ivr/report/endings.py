"""The sections about how calls ended: helped, handed over, given up, rung again."""

from itertools import pairwise

from ivr.report.behind import WORST
from ivr.report.chance import FEW, differ
from ivr.report.figures import Figures, Scores, Solved, Version
from ivr.report.markup import FEW_TO_SAY, Links, counted, percent, section, table, text, whole
from ivr.report.volume import colours, ended_bar
from ivr.report.words import OUTCOMES, Words, capital
from ivr.story.calls import CallOutcome


def ended(figures: Figures, words: Words, links: Links) -> str:
    """Show how calls ended, and where those were who hung up."""
    totals = figures.totals
    contained = totals.ended(CallOutcome.CONTAINED)
    left = totals.ended(CallOutcome.ABANDONED)
    lead = (
        f"The line itself helped {percent(contained, totals.calls)} of the callers; "
        f"{percent(left, totals.calls)} hung up before they were helped."
    )
    rows = [
        (
            capital(words_of),
            links.count(totals.outcomes[way], "outcome", str(way)),
            percent(totals.outcomes[way], totals.calls),
            percent(figures.before.outcomes.get(way, 0), figures.before.calls),
        )
        for way, words_of in OUTCOMES.items()
        if totals.outcomes.get(way)
    ]
    parts = [
        ended_bar(totals.outcomes),
        colours(),
        table(("How it ended", "Calls#", "Share#", "Before#"), rows),
    ]
    if figures.left_in:
        places = [
            (
                text(words.state(state)),
                links.count(count, "left", state),
                percent(count, left),
                _quote(words.prompt(state)),
            )
            for state, count in figures.left_in[:WORST]
        ]
        heads = ("Where they hung up", "Calls#", "Of these#", "What they had heard there")
        parts += ["<h3>Where callers gave up</h3>", table(heads, places)]
    return section("ended", "How calls ended", lead, *parts)


def people(figures: Figures, words: Words, links: Links) -> str:
    """Show why callers went to a person."""
    total = sum(count for _, count in figures.to_person)
    if not total:
        return section("people", "Why callers went to a person", "Nobody had to.")
    first, most = figures.to_person[0]
    lead = (
        f"{counted(total, 'caller')} went to a person; the most frequent reason: "
        f"{text(words.reason(first))} ({percent(most, total)})."
    )
    rows = [
        (
            text(capital(words.reason(reason))),
            links.count(count, "person", reason),
            percent(count, total),
        )
        for reason, count in figures.to_person
    ]
    heads = ("Reason", "Calls#", "Share#")
    return section("people", "Why callers went to a person", lead, table(heads, rows))


def solved(found: Solved, words: Words, links: Links) -> str:
    """Show who rang again about the same thing."""
    first = sum(one.first for one in found.returns)
    again = sum(one.again for one in found.returns)
    if first < FEW:
        lead = f"{counted(first, 'first call')} can be followed for seven days: {FEW_TO_SAY}."
    else:
        lead = (
            f"{percent(first - again, first)} of callers had no need to ring again about the "
            "same thing within seven days."
        )
    rows = [
        (
            text(words.about(one.about)),
            whole(one.first),
            links.count(one.again, "again", one.about),
            percent(one.first - one.again, one.first) if one.first >= FEW else FEW_TO_SAY,
        )
        for one in found.returns
    ]
    heads = ("What about", "First calls#", "Rang again#", "Done the first time#")
    left_out = (
        f"<p>Not counted: {counted(found.without_caller, 'call')} without a caller's number, "
        f"{counted(found.without_reason, 'call')} about nothing they told the line, "
        f"{counted(found.too_recent, 'first call')} whose seven days are not over.</p>"
    )
    shown = table(heads, rows) if rows else ""
    return section("again", "Done with one call", lead, shown, left_out)


def survey(figures: Figures, words: Words, links: Links) -> str:
    """Show what callers answered at the end."""
    title = "What callers say"
    answers = figures.totals.scores
    if not answers:
        return section("survey", title, "Nobody was asked how well they were helped.")
    lead = (
        f"Asked how well they were helped, {counted(answers, 'caller')} gave "
        f"{figures.totals.score:.1f} of 5 on average."
    )
    if answers < FEW:
        lead = f"{counted(answers, 'answer')}: {FEW_TO_SAY}."
    rows = [_scores(one, words, links) for one in figures.scores]
    heads = ("What about", "Answers#", "1#", "2#", "3#", "4#", "5#", "Average#", "Bad (1, 2)#")
    return section("survey", title, lead, table(heads, rows))


def _scores(one: Scores, words: Words, links: Links) -> tuple[str, ...]:
    return (
        text(words.about(one.about)),
        whole(one.answers),
        *map(whole, one.counts),
        f"{one.mean:.1f}" if one.answers >= FEW else FEW_TO_SAY,
        links.count(sum(one.counts[:2]), "score", one.about),
    )


def versions(found: tuple[Version, ...], links: Links) -> str:
    """Compare each version of the flows with the one before."""
    title = "Versions of the conversation"
    if len(found) < 2:  # noqa: PLR2004 - two can be compared
        return section("versions", title, "All calls used the same version.")
    verdicts = ["", *(verdict(old, new) for old, new in pairwise(found))]
    rows = [
        (
            f"<code>{text(one.version)}</code>",
            f"{one.began:%b} {one.began.day}",
            links.count(one.calls, "version", one.version),
            percent(_ended(one, CallOutcome.CONTAINED), one.calls),
            percent(_ended(one, CallOutcome.HANDED_OFF), one.calls),
            text(told),
        )
        for one, told in zip(found, verdicts, strict=True)
    ]
    heads = ("Version", "From", "Calls#", "By the line#", "To a person#", "Against the one above")
    lead = (
        f"{counted(len(found), 'version')} took calls. Versions that ran at different times may "
        "differ for other reasons, too."
    )
    return section("versions", title, lead, table(heads, rows))


def verdict(old: Version, new: Version) -> str:
    """Say how *new* did against *old*, as far as that can be told."""
    if min(old.calls, new.calls) < FEW:
        return FEW_TO_SAY
    told = [
        f"{'more' if _share(new, way) > _share(old, way) else 'fewer'} {words}"
        for way, words in (
            (CallOutcome.CONTAINED, "helped by the line"),
            (CallOutcome.HANDED_OFF, "to a person"),
        )
        if differ(_ended(old, way), old.calls, _ended(new, way), new.calls)
    ]
    return f"{', '.join(told)}: more than chance" if told else "no difference beyond chance"


def _ended(one: Version, way: CallOutcome) -> int:
    return one.outcomes.get(way, 0)


def _share(one: Version, way: CallOutcome) -> float:
    return _ended(one, way) / one.calls


def _quote(prompt: str) -> str:
    return f"<q>{text(prompt)}</q>" if prompt else ""
