"""The end of the page: the calls behind its numbers, and what to type to read one."""

from collections.abc import Callable, Mapping

from ivr.report.behind import SHOWN
from ivr.report.figures import Behind, Figures
from ivr.report.markup import anchor, counted, section, table, text
from ivr.report.words import OUTCOMES, Words, time_of_day
from ivr.story.calls import CallOutcome


def calls_behind(figures: Figures, words: Words) -> str:
    """List the calls behind each number that links here."""
    lead = (
        f"Up to {SHOWN} calls behind each number, the newest first. "
        "To read what happened in one, type <code>ivr why</code> and its id."
    )
    titles = _titles(figures, words)
    parts = []
    for name, calls in figures.behind.items():
        kind, _, what = name.partition("-")
        title = text(titles[kind](what))
        parts.append(f'<div><h3 id="{anchor(name)}">{title}</h3>\n{_list(calls)}</div>\n')
    columns = f'<div class="columns">\n{"".join(parts)}</div>'
    return section("calls", "Calls behind the figures", lead, columns)


def _titles(figures: Figures, words: Words) -> Mapping[str, Callable[[str], str]]:
    """Say what the calls of each kind have in common, given what follows the kind."""
    return {
        "outcome": lambda way: f"How it ended: {OUTCOMES[CallOutcome(way)]}",
        "about": lambda flow: f"About: {words.about(flow)}",
        "person": lambda reason: f"To a person: {words.reason(reason)}",
        "version": lambda version: f"Version {version}",
        "score": lambda flow: f"A score of 1 or 2: {words.about(flow)}",
        "late": lambda queue: f"No person in time: {words.queue(queue)}",
        "left": lambda state: f"Hung up in: {words.state(state)}",
        "again": lambda flow: f"Rang again within seven days: {words.about(flow)}",
        "spike": lambda number: f"Unusual: {words.about(figures.spikes[int(number)].about)}",
        "question": lambda state: f"Answers that got nowhere: {words.state(state)}",
        "trouble": lambda what: f"Fault: {words.fault(what)}",
    }


def _list(found: Behind) -> str:
    rows = [
        (
            f"{one.at:%b} {one.at.day}, {time_of_day(one.at)}",
            f"<code>ivr why {text(one.call)}</code>",
        )
        for one in found.samples
    ]
    more = found.calls - len(found.samples)
    rest = f"<p>And {counted(more, 'more call')}.</p>" if more else ""
    return f"{table(('When', 'Its story'), rows)}{rest}"
