"""
Every key of a flow file: what it is, an example, and which values it takes.

The reader judges flows by its own code; this table is what editors are told (`schema`). A test
holds the two together, key by key and example by example.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ivr.flow.answers import KEYS, MOST_DIGITS, SLOT_TYPES
from ivr.flow.model import Confirm, Phi
from ivr.flow.states import BETWEEN_KEYS, MESSAGE, MOST_ATTEMPTS, SILENCE, SPEAKING
from ivr.flow.wording import ENGINE_KEYS

Json = str | int | float | bool | list["Json"] | dict[str, "Json"]
Shape = dict[str, Json]


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a mapping."""

    name: str
    what: str
    example: Json
    shape: Shape
    others: tuple[str, ...] = ()
    """Words of VoiceXML or jambonz that mean the same."""
    required: bool = False


def _ref(name: str) -> Shape:
    return {"$ref": f"#/definitions/{name}"}


def _seconds(within: tuple[float, float]) -> Shape:
    low, high = within
    return {
        "anyOf": [
            {"type": "number", "minimum": low, "maximum": high},
            {"type": "string", "pattern": r"^\d{1,6}(\.\d{1,3})?(ms|s)?$"},
        ]
    }


NAME: Shape = {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,59}$"}
TEXT: Shape = {"type": "string", "minLength": 1}
TEXTS: Shape = {"anyOf": [TEXT, {"type": "array", "items": TEXT, "minItems": 1}]}
FLAG: Shape = {"enum": [True, False, "yes", "no", "on", "off"]}
VALUE: Shape = {"type": ["string", "number", "boolean"]}
BUTTONS: list[Json] = [*(int(key) for key in "123456789"), *sorted(KEYS - ENGINE_KEYS)]

BRANCH = (
    Key("when", "Take this branch when the slots are so.", "plan in [hmo, ppo]", TEXT),
    Key("to", "The state it leads to.", "known_plan", NAME, required=True),
)
TARGETS: Shape = {
    "anyOf": [NAME, {"type": "array", "items": _ref("branch"), "minItems": 1}],
}
WAYS: Shape = {"type": "object", "additionalProperties": TARGETS}

_NEXT = Key("next", "The state that follows, or branches of which the first fits.", "done", TARGETS)

CHOICE = (
    Key("says", "What callers may say for it.", ["refill", "my prescription"], TEXTS),
    Key("key", "The key that means it: 1 to 9 or #, in quotes.", "1", {"enum": BUTTONS}),
)
MENU_CHOICE = (*CHOICE, Key("next", "Where it leads.", "refill", TARGETS))

SLOT = (
    Key("type", "What kind of answer it is.", "digits", {"enum": [*SLOT_TYPES]}, required=True),
    Key(
        "length",
        "Of digits: how many, or [fewest, most].",
        7,
        {
            "anyOf": [
                _ref("digits"),
                {"type": "array", "items": _ref("digits"), "minItems": 2, "maxItems": 2},
            ]
        },
        others=("numDigits",),
    ),
    Key(
        "choices",
        "Of a choice: what can be chosen, each with its phrases.",
        {"hmo": ["h m o"], "ppo": ["p p o"]},
        {"type": "object", "additionalProperties": _ref("choice_or_phrases"), "minProperties": 1},
    ),
    Key(
        "phi",
        "How private it is: who the caller is (personal), what is the matter (medical).",
        "medical",
        {"enum": [phi.value for phi in Phi]},
    ),
)
DIGITS: Shape = {"type": "integer", "minimum": 1, "maximum": MOST_DIGITS}

HEAD = (
    Key("flow", "Its name, by which others call it.", "refill_status", NAME, required=True),
    Key("title", "What it is about, in plain words.", "Refill status", TEXT, required=True),
    Key("queue", "Whose people help when a caller asks.", "pharmacy", NAME, required=True),
    Key("start", "The state it begins with.", "ask_number", NAME, required=True),
    Key(
        "language",
        "The language it speaks; en when left out.",
        "es",
        {"type": "string", "pattern": "^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$"},
    ),
    Key(
        "for_agents",
        "Lets agents send a caller through it; they choose it by this text.",
        "Prove who is calling",
        TEXT,
    ),
    Key(
        "slots",
        "Named answers, kept for the whole call.",
        {"rx_number": {"type": "digits", "length": 7, "phi": "medical"}},
        {"type": "object", "propertyNames": NAME, "additionalProperties": _ref("slot")},
    ),
    Key(
        "states",
        "What happens; each state does one thing.",
        {"ask_number": {"end": "Goodbye."}},
        {"type": "object", "propertyNames": NAME, "additionalProperties": _ref("state")},
        required=True,
    ),
)

_QUESTION = (
    Key("prompt", "The question.", "Which day suits you?", TEXT, required=True),
    Key("help", "Said when the caller asks for help.", "Say a day, such as Monday.", TEXT),
    Key("no_input", "Said after silence: one text, or one for each time.", ["Which day?"], TEXTS),
    Key(
        "no_match",
        "Said after something else was heard: one text, or one for each time.",
        ["Sorry, which day?", "Please say the day, such as Monday."],
        TEXTS,
    ),
    Key(
        "confirm",
        "When the answer is read back: in doubt (auto), always, never.",
        "always",
        {"enum": [confirm.value for confirm in Confirm]},
    ),
    Key(
        "attempts",
        "How often it is asked; 3 when left out.",
        2,
        {"type": "integer", "minimum": 1, "maximum": MOST_ATTEMPTS},
    ),
    Key(
        "barge_in",
        "Whether callers may answer over the prompt; yes when left out.",
        "no",
        FLAG,
        others=("bargein",),
    ),
    Key(
        "no_input_after",
        "Silence allowed; 5s when left out.",
        "7s",
        _seconds(SILENCE),
        others=("timeout",),
    ),
    Key(
        "inter_key",
        "Longest gap between two keys; 3s when left out.",
        "2s",
        _seconds(BETWEEN_KEYS),
        others=("interdigittimeout", "interDigitTimeout"),
    ),
    Key(
        "term_key",
        "Key that ends a keyed answer.",
        "#",
        {"enum": ["#", "none"]},
        others=("termchar", "finishOnKey"),
    ),
    Key(
        "utterance_limit",
        "Longest answer; 15s when left out.",
        "20s",
        _seconds(SPEAKING),
        others=("maxspeechtimeout",),
    ),
)


def _on(example: dict[str, Json]) -> Key:
    return Key("on", "Where each outcome leads.", example, WAYS)


_GAVE_UP = _on({"gave_up": "person"})

STATES: Mapping[str, tuple[Key, ...]] = {
    "ask": (
        Key("ask", "Ask for a slot.", "rx_number", NAME, required=True),
        *_QUESTION,
        _NEXT,
        _GAVE_UP,
    ),
    "choices": (
        Key(
            "choices",
            "Offer a menu.",
            {"refill": {"says": ["refill"], "key": "1", "next": "refill"}},
            {
                "type": "object",
                "propertyNames": NAME,
                "additionalProperties": _ref("menu_choice_or_phrases"),
                "minProperties": 1,
            },
            required=True,
        ),
        *_QUESTION,
        Key("next", "Where the choices without a next of their own lead.", "done", TARGETS),
        _GAVE_UP,
    ),
    "say": (Key("say", "Say something.", "Your {drug} is ready.", TEXT, required=True), _NEXT),
    "do": (
        Key("do", "Ask the clinic.", "refills.status", TEXT, required=True),
        Key(
            "with",
            "What the operation needs; a slot in quotes and braces.",
            {"patient": "{patient}"},
            {"type": "object", "additionalProperties": VALUE},
        ),
        Key("filler", "Said when the answer takes long.", "One moment while I look.", TEXT),
        _on({"ready": "tell", "not_found": "ask_again"}),
    ),
    "call": (
        Key("call", "Run another flow.", "verify_identity", NAME, required=True),
        _on({"verified": "look_up", "failed": "person"}),
    ),
    "record": (
        Key("record", "Take a spoken message.", "message", {"const": "message"}, required=True),
        Key("prompt", "Said before the tone.", "Please speak now.", TEXT, required=True),
        Key(
            "limit",
            "Longest message; 120s when left out.",
            "60s",
            _seconds(MESSAGE),
            others=("maxtime", "maxLength"),
        ),
        _NEXT,
        _on({"empty": "no_message"}),
    ),
    "return": (
        Key("return", "Go back to the flow that called this one.", "done", NAME, required=True),
    ),
    "handoff": (
        Key("handoff", "Give the caller to a person of a queue.", "pharmacy", NAME, required=True),
        Key("say", "Said to the caller first.", "Let me get someone who can help.", TEXT),
        Key("reason", "What the agent is told.", "prescription number not found", TEXT),
    ),
    "end": (Key("end", "Say goodbye and hang up.", "Take care. Goodbye.", TEXT, required=True),),
    "next": (Key("next", "Say nothing, only choose the way.", "look_up", TARGETS, required=True),),
}
"""By the key that tells what kind of state it is."""
