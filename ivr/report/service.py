"""The sections about how well the line served: waits, answers, understanding, faults."""

from ivr.report.chance import FEW
from ivr.report.charts import bars
from ivr.report.figures import Figures, Latency, Trouble, Understanding, Waits
from ivr.report.markup import (
    FEW_TO_SAY,
    Links,
    counted,
    percent,
    seconds,
    section,
    table,
    text,
    whole,
)
from ivr.report.words import Words, capital

SLOW = 2.0  # seconds; a pause after which people ask whether anybody is there


def waits(found: tuple[Waits, ...], words: Words, links: Links) -> str:
    """Show how long callers waited for a person."""
    title = "Waiting for a person"
    asked = sum(one.asked for one in found)
    in_time = sum(one.in_time for one in found)
    if not asked:
        return section("waits", title, "Nobody waited for a person.")
    lead = f"{percent(in_time, asked)} of those who asked for a person had one within the target."
    if asked < FEW:
        lead = f"{counted(asked, 'caller')} asked for a person: {FEW_TO_SAY}."
    rows = [_waits(one, words, links) for one in found]
    heads = ("Queue", "Asked#", "Talked#", "Target#", "In time#", "Not in time#", "Middle#")
    return section(
        "waits",
        title,
        lead,
        table((*heads, "95 of 100#", "Longest#"), rows),
        "<p>“Middle”: half of those who talked to a person waited less. “95 of 100”: all but the "
        "longest-waiting five in a hundred waited less. Who hung up or left a message is "
        "not in time.</p>",
    )


def _waits(one: Waits, words: Words, links: Links) -> tuple[str, ...]:
    return (
        text(capital(words.queue(one.queue))),
        whole(one.asked),
        whole(one.answered),
        seconds(one.target),
        percent(one.in_time, one.asked) if one.asked >= FEW else FEW_TO_SAY,
        links.count(one.asked - one.in_time, "late", one.queue),
        *map(seconds, (one.median, one.p95, one.longest)),
    )


def latency(found: Latency) -> str:
    """Show how soon the line answers."""
    title = "How quickly the line answers"
    if found.median is None or found.p95 is None:
        return section("latency", title, "No turns of this period are kept any more.")
    slow = sum(count for up_to, count in found.counts if up_to > SLOW)
    lead = (
        f"Half of the answers came within {seconds(found.median)} after the caller had finished, "
        f"95 of 100 within {seconds(found.p95)}."
    )
    steps = int(SLOW * 10)
    counts = {round(up_to * 10): count for up_to, count in found.counts}
    chart = bars(
        [*(counts.get(step, 0) for step in range(1, steps + 1)), slow],
        says=f"Answers by how long they took, in tenths of a second; {whole(slow)} took longer",
        labels=("0 s", f"{SLOW / 2:.0f} s", f"{SLOW:.0f} s and more"),
    )
    note = (
        f"<p>Of {counted(found.turns, 'answer')}, {whole(slow)} took longer than {SLOW:.0f} s.</p>"
    )
    return section("latency", title, lead, chart, note)


def questions(figures: Figures, words: Words, links: Links) -> str:
    """Show how well callers are understood, the worst question first."""
    title = "What the line understands"
    found = figures.questions
    if not found:
        return section("questions", title, "No turns of this period are kept any more.")
    turns = sum(one.turns for one in found)
    taken = sum(one.taken for one in found)
    worst = found[0]
    lead = f"{percent(taken, turns)} of all answers were understood at once."
    if worst.turns >= FEW and worst.trouble:
        lead += (
            f" The hardest question is <b>{text(words.state(worst.state))}</b>: "
            f"{percent(worst.trouble, worst.turns)} of the answers got nowhere."
        )
    rows = [_question(one, words, links) for one in found]
    heads = ("Question", "Asked#", "Understood#", "Asked back#", "Too unsure#")
    return section(
        "questions",
        title,
        lead,
        table((*heads, "Not understood#", "Silence#", "Got nowhere#", "Misheard#"), rows),
        "<p>“Asked back”: the line repeated what it had heard and asked whether that was right; "
        "“misheard”: the caller said no to that. “Got nowhere”: too unsure, not understood or "
        f"silent. With fewer than {FEW} answers no shares are told.</p>",
    )


def _question(one: Understanding, words: Words, links: Links) -> tuple[str, ...]:
    prompt = words.prompt(one.state)
    heard = f"<q>{text(prompt)}</q>" if prompt else ""
    counts = (one.taken, one.asked_back, one.unsure, one.not_understood, one.silent)
    shown = (
        [percent(count, one.turns) for count in counts]
        if one.turns >= FEW
        else [FEW_TO_SAY, *[""] * (len(counts) - 1)]
    )
    return (
        f"{text(words.state(one.state))}{heard}",
        whole(one.turns),
        *shown,
        links.count(one.trouble, "question", one.state),
        whole(one.denied),
    )


def troubles(found: tuple[Trouble, ...], words: Words, links: Links) -> str:
    """Show what went wrong in the line and in what it relies on."""
    title = "Faults of the line"
    if not found:
        return section("troubles", title, "The line had no fault that it knows of.")
    most = max(found, key=lambda one: one.calls)
    lead = f"Most often: {text(words.fault(most.what))}, in {counted(most.calls, 'call')}."
    rows = [
        (text(capital(words.fault(one.what))), links.count(one.calls, "trouble", one.what))
        for one in found
    ]
    return section("troubles", title, lead, table(("What", "Calls#"), rows))
