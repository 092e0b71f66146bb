"""The page: one HTML file that needs nothing beside it, reads on a telephone and prints."""

from collections.abc import Iterator
from importlib.resources import files

from ivr.report import endings, service, volume
from ivr.report.appendix import calls_behind
from ivr.report.attention import attention
from ivr.report.chance import FEW
from ivr.report.figures import Figures
from ivr.report.markup import (
    Links,
    percent,
    seconds,
    section,
    text,
    whole,
)
from ivr.report.period import in_full
from ivr.report.volume import change
from ivr.report.words import Words, time_of_day
from ivr.story.calls import CallOutcome

STYLE = "report.css"
CONTENTS = (
    ("glance", "At a glance"),
    ("when", "When people call"),
    ("about", "What people call about"),
    ("unusual", "Unusual days and hours"),
    ("ended", "How calls ended"),
    ("people", "Why callers went to a person"),
    ("again", "Done with one call"),
    ("waits", "Waiting for a person"),
    ("latency", "How quickly the line answers"),
    ("questions", "What the line understands"),
    ("survey", "What callers say"),
    ("versions", "Versions"),
    ("troubles", "Faults of the line"),
    ("coming", "The coming week"),
    ("calls", "Calls behind the figures"),
)


def page_of(figures: Figures, words: Words) -> str:
    """Write the report."""
    title = f"{figures.practice}: calls in {figures.period}"
    style = (files("ivr.report") / STYLE).read_text("utf-8")
    made = f"{in_full(figures.made)}, {time_of_day(figures.made)}"
    contents = "".join(f'<a href="#{name}">{text(what)}</a> ' for name, what in CONTENTS)
    empty = not figures.totals.calls
    body = _nothing(figures) if empty else "".join(_sections(figures, words))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{text(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        f"<header><h1>{text(figures.practice)}</h1>\n<p>Calls in {text(figures.period)}. "
        f"Made on {made}. Nothing here tells who called or what they said.</p>\n"
        f"{'' if empty else f'<nav aria-label=Contents>{contents}</nav>'}</header>\n"
        f"<main>\n{body}</main>\n</body>\n</html>\n"
    )


def _nothing(figures: Figures) -> str:
    known = "No call is kept at all." if figures.since is None else "Other periods have calls."
    return section("glance", "At a glance", f"No calls in {text(figures.period)}. {known}")


def _sections(figures: Figures, words: Words) -> Iterator[str]:
    links = Links(figures.behind)
    yield _glance(figures, words)
    yield volume.when(figures)
    yield volume.about(figures, words, links)
    yield volume.unusual(figures, words, links)
    yield endings.ended(figures, words, links)
    yield endings.people(figures, words, links)
    yield endings.solved(figures.solved, words, links)
    yield service.waits(figures.waits, words, links)
    yield service.latency(figures.latency)
    yield service.questions(figures, words, links)
    yield endings.survey(figures, words, links)
    yield endings.versions(figures.versions, links)
    yield service.troubles(figures.troubles, words, links)
    yield volume.coming(figures.forecast)
    yield calls_behind(figures, words)


# ---------------------------------------------------------------- at a glance


def _glance(figures: Figures, words: Words) -> str:
    cards = "".join(
        f"<div><dt>{what}</dt><dd><b>{value}</b> <span>{more}</span></dd></div>\n"
        for what, value, more in _cards(figures)
    )
    sentences = "".join(
        f'<li>{sentence} <a href="#{name}">More</a></li>\n'
        for sentence, name in attention(figures, words)
    )
    first = f"<ul class=first>\n{sentences}</ul>" if sentences else "<p>Nothing stands out.</p>"
    return section(
        "glance",
        "At a glance",
        f"The figures of {text(figures.period)}, beside those of {text(figures.period.before)}.",
        f"<dl class=cards>\n{cards}</dl>",
        f"<h3>Look at these first</h3>\n{first}",
    )


def _cards(figures: Figures) -> Iterator[tuple[str, str, str]]:
    now, before = figures.totals, figures.before
    yield "Calls", whole(now.calls), f"{whole(before.calls)} before"
    for what, way in (
        ("Helped by the line", CallOutcome.CONTAINED),
        ("Talked to a person", CallOutcome.HANDED_OFF),
        ("Hung up before", CallOutcome.ABANDONED),
    ):
        ended, was = now.ended(way), before.ended(way)
        yield what, percent(ended, now.calls), change(ended, now.calls, was, before.calls)
    in_time = change(now.in_time, now.asked, before.in_time, before.asked)
    yield "A person in time", percent(now.in_time, now.asked), in_time
    was_p95 = f"{seconds(before.p95)} before" if before.p95 is not None else "nothing to compare"
    yield "95 of 100 answers within", seconds(now.p95), was_p95
    if now.scores >= FEW:
        was_score = f"{before.score:.1f} before" if before.scores >= FEW else "none before"
        yield "Callers' score", f"{now.score:.1f} of 5", was_score
