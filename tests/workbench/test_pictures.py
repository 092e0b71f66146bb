import struct
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from ivr.errors import ProgramError
from ivr.flow.diagram import diagram_of
from ivr.flow.overlay import Overlay, Tone, coverage_of, traffic_of, walk_of
from ivr.loading import load_practice
from ivr.workbench import pictures
from tests.flow.test_diagram import PATH, diagram
from tests.flows.shipped import SETTINGS
from tests.support.need import ROOT, need_program


def overlays() -> list[Overlay | None]:
    return [
        None,
        walk_of(diagram(), PATH, caption="The way of <one> & another call"),
        coverage_of(diagram(), ["known"], [("known", "verify")]),
        traffic_of(diagram(), [], since=""),
    ]


@pytest.mark.parametrize("overlay", overlays(), ids=lambda o: o.tone.name if o else "plain")
def test_graphviz_draws_every_kind_of_picture(overlay: Overlay | None) -> None:
    need_program("dot", package="graphviz")
    dot = pictures.dot_of(diagram(), overlay=overlay, prompts=True)
    svg = ET.fromstring(pictures.draw(dot, form="svg"))  # noqa: S314 - our own picture
    told = " ".join(svg.itertext())
    for words in ("Refills", "Proving who is calling", "the pharmacy", "asks the caller", "“Are"):
        assert words in told
    if overlay:
        assert overlay.caption in told
        assert overlay.tone.value in told


def test_a_picture_can_be_dots() -> None:
    need_program("dot", package="graphviz")
    png = pictures.draw(pictures.dot_of(diagram()), form="png")
    width, height = struct.unpack(">II", png[16:24])
    assert png.startswith(b"\x89PNG")
    assert min(width, height) > 300


def test_without_graphviz_a_sentence_tells_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ProgramError, match="apt-get install graphviz"):
        pictures.draw("digraph {}", form="svg")


def test_what_graphviz_cannot_draw_is_an_error_of_ours() -> None:
    need_program("dot", package="graphviz")
    with pytest.raises(ProgramError, match="could not draw"):
        pictures.draw("digraph {", form="svg")


def test_states_that_no_scenario_reaches_are_dashed() -> None:
    dot = pictures.dot_of(diagram(), overlay=coverage_of(diagram(), ["known"], []))
    rows = {line.split('"')[1]: line for line in dot.splitlines() if "shape=" in line}
    assert "dashed" not in rows["known"]
    assert "dashed" in rows["person"]


def test_mermaid_shows_the_same_boxes_and_arrows() -> None:
    text = pictures.mermaid_of(diagram(), prompts=True)
    lines = text.splitlines()
    assert lines[0] == "flowchart TD"
    assert sum(":::" in line for line in lines) == len(diagram().boxes)
    assert sum("-->" in line or "-.->" in line for line in lines) == 1 + len(diagram().arrows)
    assert '|"message (1)"|' in text


def test_mermaid_never_takes_a_text_for_its_own_signs() -> None:
    odd = '"]:::x\n%% [[{;#`<b>'
    assert not set(pictures._mermaid_text(odd)) & set('"[]{}%`<>\n')


def test_mermaid_colours_what_is_lit() -> None:
    walk = walk_of(diagram(), PATH, caption="One call")
    text = pictures.mermaid_of(diagram(), overlay=walk)
    assert f"style s0 stroke:{pictures.LIT[Tone.WALK]}" in text
    assert "linkStyle 3" in text


def test_the_picture_in_the_documents_shows_the_flow_as_it_is() -> None:
    """Otherwise draw it anew: ivr flow show refill_status --out docs/images/…."""
    svg = ET.fromstring((ROOT / "docs/images/flow-refill-status.svg").read_text("utf-8"))  # noqa: S314 - our own picture
    shown = list(svg.itertext())
    practice = load_practice(SETTINGS)
    flow = practice.book.flows["refill_status"]
    drawn = diagram_of(flow, flows=practice.book.flows, queue_title=practice.office.title)
    words = [box.title for box in drawn.boxes]
    words += [box.detail for box in drawn.boxes if box.detail]
    words += [word for arrow in drawn.arrows for word in arrow.words]
    assert [word for word in words if word not in shown] == []


def test_whatever_an_author_writes_can_be_drawn() -> None:
    need_program("dot", package="graphviz")
    odd = 'a <b>"c"</b> & \\N \\" }] -> \u0007 ñ “x” 字 {slot}'
    boxes = tuple(replace(box, title=odd, detail=odd, prompt=odd) for box in diagram().boxes)
    arrows = tuple(replace(arrow, words=(odd,) * 9) for arrow in diagram().arrows)
    strange = replace(diagram(), title=odd, person=odd, boxes=boxes, arrows=arrows)
    svg = pictures.draw(pictures.dot_of(strange, prompts=True), form="svg")
    told = " ".join(" ".join(ET.fromstring(svg).itertext()).split())  # noqa: S314 - our own picture
    assert 'a <b>"c"</b> & \\N \\" }] -> ñ “x” 字 {slot}' in told
    assert "and 5 more" in told
