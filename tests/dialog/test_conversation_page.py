import re

from ivr.dialog.asking import HEARING_TIME
from ivr.dialog.guide import MOST_TURNS
from ivr.dialog.inquiry import REFUSAL
from ivr.dialog.keypad import MOST_KEYS
from ivr.dialog.message_taking import KEEPING_TIME
from ivr.dialog.patience import BUDGET, RELIEF
from ivr.dialog.performing import COMPANY_EVERY, FILLER_AFTER, OPERATION_LIMIT
from tests.dialog.conversation import ROOT

PAGE = ROOT / "docs" / "reference" / "conversation.md"
FIGURES = {
    "misunderstandings a call may hold": f"{BUDGET:g}",
    "given back by an answer understood": f"{RELIEF:g}",
    'cost of a "no" at "is that right?"': f"{REFUSAL:g}",
    "silence before a filler": f"{FILLER_AFTER:g} s",
    "silence before more company": f"{COMPANY_EVERY:g} s",
    "longest wait for the clinic": f"{OPERATION_LIMIT:g} s",
    "wait for the reading of an utterance, past its longest": f"{HEARING_TIME:g} s",
    "wait for a message to be kept": f"{KEEPING_TIME:g} s",
    "keys kept": str(MOST_KEYS),
    "turns of one call": str(MOST_TURNS),
}


def test_the_page_names_the_figures_the_dialog_has() -> None:
    text = PAGE.read_text(encoding="utf-8")
    table = text.partition("<!-- figures -->")[2].partition("<!-- end of figures -->")[0]
    rows = dict(re.findall(r"^\| (.+?) \| (.+?) \|$", table, re.MULTILINE)[1:])
    rows.pop("---", None)
    assert rows == FIGURES
