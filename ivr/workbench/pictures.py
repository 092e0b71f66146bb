"""Drawing a flow: as text for graphviz and for Mermaid, and by graphviz as SVG and PNG."""

import html
import subprocess
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from ivr.errors import ProgramError
from ivr.flow.diagram import Arrow, Box, Diagram, Kind
from ivr.flow.overlay import Overlay, Tone
from ivr.printing import printable

FORMATS = ("svg", "png")
TIME_LIMIT = 60.0  # seconds; the largest flow that the reader takes needs a few
RESOLUTION = 110  # dots an inch of a PNG; its text can be read on a screen and on paper
PROMPT_WIDTH = 36  # characters a line
LONGEST_LABEL = 5  # ways on one arrow that are named one by one
FONT = "Helvetica,Arial,sans-serif"


@dataclass(frozen=True, slots=True)
class _Look:
    shape: str
    fill: str
    line: str
    text: str = "#111827"


LOOKS = {
    Kind.ASK: _Look("box", "#dbeafe", "#1d4ed8"),
    Kind.SAY: _Look("box", "#ffffff", "#64748b"),
    Kind.CHOOSE: _Look("diamond", "#f1f5f9", "#64748b"),
    Kind.DO: _Look("cylinder", "#fef3c7", "#a16207"),
    Kind.CALL: _Look("box", "#ede9fe", "#6d28d9"),
    Kind.RECORD: _Look("box", "#fce7f3", "#be185d"),
    Kind.PERSON: _Look("box", "#bbf7d0", "#15803d"),
    Kind.RETURN: _Look("ellipse", "#e2e8f0", "#475569"),
    Kind.END: _Look("ellipse", "#334155", "#0f172a", text="#ffffff"),
}
LIT = {Tone.WALK: "#c2410c", Tone.COVERAGE: "#15803d", Tone.TRAFFIC: "#1d4ed8"}
UNLIT = {Tone.WALK: "#cbd5e1", Tone.COVERAGE: "#dc2626", Tone.TRAFFIC: "#cbd5e1"}
UNLIT_MEANS = {
    Tone.WALK: "not on its way",
    Tone.COVERAGE: "no scenario comes here",
    Tone.TRAFFIC: "nobody came this way",
}
PLAIN = "#475569"


def draw(dot: str, *, form: str) -> bytes:
    """
    Let graphviz draw *dot* as one of `FORMATS`.

    Raises:
        ProgramError: It is not installed, or it failed.
    """
    try:
        done = subprocess.run(  # noqa: S603 - a program of the system, its input is our own
            ["dot", f"-T{form}", f"-Gdpi={RESOLUTION if form == 'png' else 72}"],  # noqa: S607 - wherever it is installed
            input=dot.encode(),
            capture_output=True,
            check=True,
            timeout=TIME_LIMIT,
        )
    except FileNotFoundError as error:
        raise ProgramError(
            "graphviz, which draws pictures, is not installed (Debian: apt-get install graphviz)"
        ) from error
    except (OSError, subprocess.SubprocessError) as error:
        raise ProgramError(f"graphviz could not draw this ({type(error).__name__})") from error
    return done.stdout


# ---------------------------------------------------------------- graphviz


def dot_of(diagram: Diagram, *, overlay: Overlay | None = None, prompts: bool = False) -> str:
    """Write *diagram* for graphviz; with *prompts* each box tells what the caller hears."""
    lines = [
        "digraph flow {",
        f'  graph [rankdir=TB, nodesep=0.4, ranksep=0.45, pad=0.3, fontname="{FONT}",',
        f"    labelloc=t, label=<{_heading(diagram, overlay)}>];",
        f'  node [fontname="{FONT}", fontsize=12, margin="0.16,0.09"];',
        f'  edge [fontname="{FONT}", fontsize=10, arrowsize=0.8, color="{PLAIN}"];',
        '  "" [shape=circle, width=0.22, style=filled, fillcolor="#111827", label=""];',
        f'  "" -> "{diagram.start}" [penwidth=1.6];',
        *(_node(box, overlay, prompts=prompts) for box in diagram.boxes),
        *(_edge(arrow, overlay) for arrow in diagram.arrows),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _heading(diagram: Diagram, overlay: Overlay | None) -> str:
    """Write the title and the legend, as graphviz's own kind of HTML."""
    cells = "".join(_legend(diagram, overlay))
    caption = f"<BR/>{_text(overlay.caption)}" if overlay else ""
    return (
        f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="6"><TR><TD COLSPAN="6" ALIGN="LEFT">'
        f'<FONT POINT-SIZE="20"><B>{_text(diagram.title)}</B></FONT>'
        f'<BR ALIGN="LEFT"/><FONT POINT-SIZE="11" COLOR="{PLAIN}">'
        f"From every box: “operator” or key 0 leads to {_text(diagram.person)}; so does a "
        f"question that stays unanswered, unless an arrow says otherwise.{caption}</FONT>"
        f'<BR ALIGN="LEFT"/></TD></TR>{cells}</TABLE>'
    )


def _legend(diagram: Diagram, overlay: Overlay | None) -> Iterator[str]:
    swatches = [
        (LOOKS[kind].fill, LOOKS[kind].line, LOOKS[kind].text, kind.value) for kind in diagram.kinds
    ]
    if overlay:
        swatches += [
            ("#ffffff", LIT[overlay.tone], LIT[overlay.tone], overlay.tone.value),
            ("#ffffff", UNLIT[overlay.tone], PLAIN, UNLIT_MEANS[overlay.tone]),
        ]
    if any(arrow.rescue for arrow in diagram.arrows):
        swatches.append(("#ffffff", "#ffffff", PLAIN, "- - → when something fails"))
    across = 5
    for at in range(0, len(swatches), across):
        cells = "".join(
            f'<TD BORDER="2" COLOR="{line}" BGCOLOR="{fill}" CELLPADDING="5">'
            f'<FONT POINT-SIZE="10" COLOR="{text}">{_text(means)}</FONT></TD>'
            for fill, line, text, means in swatches[at : at + across]
        )
        yield f"<TR>{cells}</TR>"


def _node(box: Box, overlay: Overlay | None, *, prompts: bool) -> str:
    look = LOOKS[box.kind]
    lit = overlay is None or box.name in overlay.boxes
    line, fill, text, width = look.line, look.fill, look.text, 1.2
    style = "filled" if box.kind in (Kind.CHOOSE, Kind.DO) else "filled,rounded"
    if box.kind in (Kind.PERSON, Kind.END):
        width = 2.4
    if overlay and lit:
        line, width = LIT[overlay.tone], 2.6
    elif overlay:
        line, fill, text = UNLIT[overlay.tone], "#ffffff", "#64748b"
        style += ",dashed" if overlay.tone is Tone.COVERAGE else ""
    rings = ", peripheries=2" if box.kind is Kind.CALL else ""
    notes = overlay.box_notes.get(box.name, ()) if overlay else ()
    label = _node_label(box, notes, prompts=prompts)
    return (
        f'  "{box.name}" [shape={look.shape}, style="{style}", fillcolor="{fill}", color="{line}", '
        f'fontcolor="{text}", penwidth={width}{rings}, label=<{label}>];'
    )


def _node_label(box: Box, notes: tuple[str, ...], *, prompts: bool) -> str:
    lines = [f"<B>{_text(box.title)}</B>"]
    if box.detail:
        lines.append(f'<FONT POINT-SIZE="10">{_text(box.detail)}</FONT>')
    if prompts and box.prompt:
        wrapped = textwrap.wrap(f"“{box.prompt}”", PROMPT_WIDTH)
        lines.append(f'<FONT POINT-SIZE="10"><I>{"<BR/>".join(map(_text, wrapped))}</I></FONT>')
    lines += [f'<FONT POINT-SIZE="10"><B>{_text(note)}</B></FONT>' for note in notes]
    return "<BR/>".join(lines)


def _edge(arrow: Arrow, overlay: Overlay | None) -> str:
    lit = overlay is None or arrow.pair in overlay.arrows
    colour, width, text = PLAIN, 1.2, "#111827"
    if overlay and lit:
        colour = text = LIT[overlay.tone]
        width = 1.2 + 5 * overlay.weights.get(arrow.pair, 0.3)
    elif overlay:
        colour, text = UNLIT[overlay.tone], "#64748b"
    words = list(_named(arrow))
    note = overlay.arrow_notes.get(arrow.pair) if overlay else None
    label = "<BR/>".join([*map(_text, words), *([f"<B>{_text(note)}</B>"] if note else [])])
    style = ', style="dashed", weight=0' if arrow.rescue else ""
    cell = f'<TABLE BORDER="0" CELLPADDING="3"><TR><TD>{label}</TD></TR></TABLE>'
    shown = f", label=<{cell}>" if label else ""
    return (
        f'  "{arrow.source}" -> "{arrow.to}" [color="{colour}", fontcolor="{text}", '
        f"penwidth={width:.1f}{style}{shown}];"
    )


def _named(arrow: Arrow) -> tuple[str, ...]:
    if len(arrow.words) <= LONGEST_LABEL:
        return arrow.words
    return (*arrow.words[: LONGEST_LABEL - 1], f"and {len(arrow.words) - LONGEST_LABEL + 1} more")


def _text(text: str) -> str:
    return html.escape(printable(text))


# ---------------------------------------------------------------- Mermaid

_MERMAID_SHAPES = {
    Kind.ASK: ("(", ")"),
    Kind.SAY: ("(", ")"),
    Kind.CHOOSE: ("{", "}"),
    Kind.DO: ("[(", ")]"),
    Kind.CALL: ("[[", "]]"),
    Kind.RECORD: ("(", ")"),
    Kind.PERSON: (">", "]"),
    Kind.RETURN: ("([", "])"),
    Kind.END: ("([", "])"),
}


def mermaid_of(diagram: Diagram, *, overlay: Overlay | None = None, prompts: bool = False) -> str:
    """Write *diagram* for Mermaid, which many editors and code hosts draw by themselves."""
    lines = [
        "flowchart TD",
        f"  %% {_text(diagram.title)}{': ' + _text(overlay.caption) if overlay else ''}",
    ]
    numbers = {box.name: f"s{number}" for number, box in enumerate(diagram.boxes)}
    lines += [f"  begin(( )) --> {numbers[diagram.start]}"]
    for box in diagram.boxes:
        left, right = _MERMAID_SHAPES[box.kind]
        notes = overlay.box_notes.get(box.name, ()) if overlay else ()
        prompt = [f"“{box.prompt}”"] if prompts and box.prompt else []
        parts = [box.title, *([box.detail] if box.detail else []), *prompt, *notes]
        label = "<br/>".join(map(_mermaid_text, parts))
        lines.append(f'  {numbers[box.name]}{left}"{label}"{right}:::{box.kind.name.lower()}')
    for number, arrow in enumerate(diagram.arrows, start=1):  # Mermaid numbers links; 0 is ours
        lines += _mermaid_arrow(arrow, numbers, overlay, number)
    for kind in diagram.kinds:
        look = LOOKS[kind]
        colours = f"fill:{look.fill},stroke:{look.line},color:{look.text}"
        lines.append(f"  classDef {kind.name.lower()} {colours}")
    if overlay:
        lines += _mermaid_light(diagram, numbers, overlay)
    return "\n".join(lines) + "\n"


def _mermaid_arrow(
    arrow: Arrow, numbers: dict[str, str], overlay: Overlay | None, number: int
) -> Iterator[str]:
    note = overlay.arrow_notes.get(arrow.pair) if overlay else None
    words = "<br/>".join(map(_mermaid_text, (*_named(arrow), *([note] if note else []))))
    line = "-.->" if arrow.rescue else "-->"
    label = f'|"{words}"|' if words else ""
    yield f"  {numbers[arrow.source]} {line}{label} {numbers[arrow.to]}"
    if overlay:
        colour = (LIT if arrow.pair in overlay.arrows else UNLIT)[overlay.tone]
        width = 1 + 5 * overlay.weights.get(arrow.pair, 0.3) if arrow.pair in overlay.arrows else 1
        yield f"  linkStyle {number} stroke:{colour},stroke-width:{width:.0f}px"


def _mermaid_light(diagram: Diagram, numbers: dict[str, str], overlay: Overlay) -> Iterator[str]:
    for box in diagram.boxes:
        lit = box.name in overlay.boxes
        dashes = "" if lit or overlay.tone is not Tone.COVERAGE else ",stroke-dasharray:4"
        fill = "" if lit else "fill:#ffffff,color:#64748b,"
        colour = (LIT if lit else UNLIT)[overlay.tone]
        yield f"  style {numbers[box.name]} {fill}stroke:{colour},stroke-width:3px{dashes}"


def _mermaid_text(text: str) -> str:
    """Write *text* so that Mermaid takes none of it for its own signs."""
    return "".join(c if c.isalnum() or c in " ,.:?!'()-“”…" else f"#{ord(c)};" for c in text)
