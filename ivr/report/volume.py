"""The sections about when people call, what about, and what is to be expected."""

from ivr.report.chance import FEW, differ
from ivr.report.charts import bars, heat, legend, shares, spread
from ivr.report.figures import Figures, Outcomes, Reason
from ivr.report.forecast import ENOUGH, Expected, Forecast
from ivr.report.markup import FEW_TO_SAY, Links, counted, percent, section, table, text, whole
from ivr.report.period import in_full
from ivr.report.spikes import Spike
from ivr.report.words import DAYS, OUTCOMES, Words, clock
from ivr.story.calls import CallOutcome

COLOURS = {
    CallOutcome.CONTAINED: "#2b6ca3",
    CallOutcome.HANDED_OFF: "#7fb09a",
    CallOutcome.MESSAGE: "#d9b44a",
    CallOutcome.CALLBACK: "#ecd58f",
    CallOutcome.ABANDONED: "#b5413a",
}
OTHER = "#8a8f98"
BUSIEST = 10  # hours of the coming week that are listed


def when(figures: Figures) -> str:
    """Show the days and the hours of the week."""
    day, most = max(figures.days, key=lambda one: one[1])
    calls = figures.totals.calls
    lead = (
        f"{counted(calls, 'call')} came in, {calls / len(figures.days):,.0f} a day on average. "
        f"The busiest day was {DAYS[day.weekday()]}, {in_full(day)}, with {whole(most)}."
    )
    days = [day for day, _ in figures.days]
    shown = (days[0], days[len(days) // 2], days[-1]) if len(days) > 2 else days  # noqa: PLR2004 - both ends and a middle
    chart = bars(
        [count for _, count in figures.days],
        says=f"Calls a day: from {whole(min(n for _, n in figures.days))} to {whole(most)}",
        labels=[f"{day:%b} {day.day}" for day in shown],
    )
    there = figures.period.hours()
    rates = {hour: count / there[hour] for hour, count in figures.hours.items() if hour in there}
    week = heat(
        rates,
        shown=lambda rate: f"{rate:.0f}" if rate >= 10 else f"{rate:.1f}",  # noqa: PLR2004 - two figures are enough
        caption="Calls an hour, on average",
    )
    return section("when", "When people call", lead, "<h3>Calls a day</h3>", chart, week)


def about(figures: Figures, words: Words, links: Links) -> str:
    """Show what people call about and how these calls end."""
    first = figures.reasons[0]
    calls = figures.totals.calls
    lead = (
        f"Most callers rang about <b>{text(words.about(first.about))}</b>: "
        f"{percent(first.calls, calls)} of all calls."
    )
    heads = ("What about", "Calls#", "Before#", "How they ended", "By the line#", "To a person#")
    rows = [_reason(reason, words, links) for reason in figures.reasons]
    return section(
        "about",
        "What people call about",
        lead,
        table(heads, rows),
        colours(),
        f"<p>“Before” is the period before this one. Shares are told from {FEW} calls on.</p>",
    )


def _reason(reason: Reason, words: Words, links: Links) -> tuple[str, ...]:
    few = reason.calls < FEW
    ended = (CallOutcome.CONTAINED, CallOutcome.HANDED_OFF)
    by_line, to_person = (
        FEW_TO_SAY if few else percent(reason.outcomes.get(way, 0), reason.calls) for way in ended
    )
    return (
        text(words.about(reason.about)),
        links.count(reason.calls, "about", reason.about),
        whole(reason.before),
        ended_bar(reason.outcomes),
        by_line,
        to_person,
    )


def ended_bar(outcomes: Outcomes) -> str:
    """Draw how calls ended as one bar."""
    rest = sum(count for way, count in outcomes.items() if way not in COLOURS)
    parts = [(outcomes.get(way, 0), colour) for way, colour in COLOURS.items()]
    told = ", ".join(f"{outcomes[way]} {OUTCOMES[way]}" for way in OUTCOMES if outcomes.get(way, 0))
    return shares([*parts, (rest, OTHER)], says=told)


def colours() -> str:
    """Explain the colours of such bars."""
    return legend([*((OUTCOMES[way], each) for way, each in COLOURS.items()), ("else", OTHER)])


# ---------------------------------------------------------------- what stands out


def unusual(figures: Figures, words: Words, links: Links) -> str:
    """Point out hours and days on which people rang far more about one thing than usual."""
    spikes = figures.spikes
    if spikes:
        times = "once" if len(spikes) == 1 else f"{len(spikes)} times"
        lead = f"Callers rang far more about one thing than usual {times}."
    elif figures.forecast is not None and figures.forecast.weeks >= ENOUGH:
        lead = "Nothing unusual: no reason for calling stood out on any day or hour."
    else:
        lead = f"Too little is known to tell what is usual: it takes {ENOUGH} weeks of calls."
    rows = [
        (
            text(words.about(spike.about)),
            text(spike_time(spike)),
            links.count(spike.calls, "spike", str(number)),
            f"{spike.usual:.0f}",
        )
        for number, spike in enumerate(spikes)
    ]
    heads = ("What about", "When", "Calls#", "Usual then#")
    return section("unusual", "Unusual days and hours", lead, table(heads, rows) if rows else "")


def spike_time(spike: Spike) -> str:
    """Say when a spike was."""
    day = f"{DAYS[spike.day.weekday()]}, {in_full(spike.day)}"
    if spike.hours is None:
        return f"{day}, all day"
    begins, ends = spike.hours
    return f"{day}, {clock(begins)} to {clock(ends)}"


def coming(forecast: Forecast | None) -> str:
    """Tell which hours of the next week will be the busiest."""
    title = "The coming week"
    if forecast is None or forecast.weeks < ENOUGH:
        weeks = counted(forecast.weeks if forecast else 0, "whole week")
        lead = f"Too early to look ahead: {weeks} of calls are known, it takes {ENOUGH}."
        return section("coming", title, lead)
    if not forecast.hours:
        return section("coming", title, "No calls are expected: the past weeks brought none.")
    first = forecast.busiest[0]
    lead = (
        f"In the seven days from {in_full(forecast.first)} the busiest hour should be "
        f"<b>{_hour(first)}</b>, with about {counted(round(first.calls), 'call')}."
    )
    top = forecast.busiest[:BUSIEST]
    most = max(one.most for one in top)
    rows = [
        (
            _hour(one),
            f"{one.calls:.0f}",
            f"{one.fewest} to {one.most}",
            spread(one.fewest, one.calls, one.most, of=most, says=_says(one)),
        )
        for one in top
    ]
    heads = ("Hour", "Expected calls#", "Past weeks#", "From fewest to most")
    note = (
        f"<p>Expected is the middle one of the same hours of the past {forecast.weeks} weeks; "
        "the range is the quietest and the busiest of them. Holidays are not known to it.</p>"
    )
    return section("coming", title, lead, table(heads, rows), note)


def _hour(one: Expected) -> str:
    day, hour = one.hour
    return f"{DAYS[day]}, {clock(hour)} to {clock(hour + 1)}"


def _says(one: Expected) -> str:
    return f"between {one.fewest} and {one.most}, most likely {one.calls:.0f}"


def change(count: int, of: int, before: int, before_of: int) -> str:
    """Compare a share with the one of the period before, unless chance explains it."""
    if min(of, before_of) < FEW:
        return "too few to compare"
    if not differ(count, of, before, before_of):
        return f"about as before ({percent(before, before_of)})"
    risen = count * before_of > before * of
    return f"{'up' if risen else 'down'} from {percent(before, before_of)}"
