"""Everything there is to say about the flows folder: what stops it, and what troubles callers."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from ivr.clinic.operations import SPECS
from ivr.dialog.tripwire import alarm_in
from ivr.dialog.universals import Universal, reserved_phrases, universal_in
from ivr.errors import FlowError, FlowErrors, Severity
from ivr.flow.advice import Surroundings, advise
from ivr.flow.reader import read_draft
from ivr.flow.rules import Rule
from ivr.flow.tree import decode
from ivr.handoff.office import Office
from ivr.handoff.queues_file import read_office
from ivr.loading import FLOW_FILES, LONGEST_FLOW, QUEUES_FILE, Practice, load_practice, load_wording
from ivr.prompts import LANGUAGES
from ivr.request import GIVEN_SLOTS
from ivr.settings import Settings
from ivr.speech.pronunciations import Pronunciations

OWN_LANGUAGE = "en"  # of the `title` of a queue; `titles` holds the others


@dataclass(frozen=True, slots=True)
class Findings:
    """What a look at the flows folder brought to light."""

    practice: Practice | None
    """None when there is an error."""
    problems: tuple[FlowError, ...]
    """In the order of the files."""

    @property
    def errors(self) -> tuple[FlowError, ...]:
        """Those with which the line does not take the flows."""
        return tuple(one for one in self.problems if one.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[FlowError, ...]:
        """The others."""
        return tuple(one for one in self.problems if one.severity is Severity.WARNING)


def find_problems(settings: Settings) -> Findings:
    """
    Look at the flows, the queues and the line's own words.

    Raises:
        SettingsError: The folder cannot be read, or holds no flow.
    """
    practice: Practice | None = None
    found: list[FlowError] = []
    try:
        practice = load_practice(settings)
    except FlowErrors as caught:
        found += caught.errors
    try:
        load_wording(settings)
    except FlowErrors as caught:
        found += caught.errors
    found += _warnings(settings)
    return Findings(None if _has_error(found) else practice, FlowErrors(found).errors)


def surroundings(settings: Settings) -> Surroundings:
    """Tell the advice what the line of *settings* is like."""
    return Surroundings(
        lexicon=_lexicon(),
        words_a_minute=settings.speech.rate,
        languages=LANGUAGES,
        given=GIVEN_SLOTS,
        taken=_is_taken,
    )


def _has_error(found: list[FlowError]) -> bool:
    return any(one.severity is Severity.ERROR for one in found)


def _warnings(settings: Settings) -> Iterator[FlowError]:
    texts = dict(_texts(Path(settings.flows.folder)))
    queues = texts.pop(QUEUES_FILE, None)
    if queues is not None:
        yield from _untranslated(*queues)
    drafts = [read_draft(text, file=file) for file, text in texts.values()]
    yield from advise(drafts, SPECS, start=settings.flows.start, around=surroundings(settings))


def _texts(folder: Path) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the readable files: name, whole path, text."""
    for path in sorted(path for path in folder.iterdir() if path.suffix in FLOW_FILES):
        try:
            with path.open("rb") as file:
                yield path.name, (str(path), decode(file.read(LONGEST_FLOW), file=str(path)))
        except FlowErrors:
            continue  # `load_practice` has told it


def _untranslated(file: str, text: str) -> Iterator[FlowError]:
    try:
        office: Office = read_office(text, file=file)
    except FlowErrors:  # as above
        return
    for name, queue in office.queues.items():
        for language in LANGUAGES:
            if language == OWN_LANGUAGE or language in office.titles.get(name, {}):
                continue
            line, column = office.marks.get(("queues", name, "title"), (1, 1))
            message = f"{queue.title!r} is not written in {language}"
            hint = f"add titles: {{{language}: …}} to queue {name}"
            yield FlowError(file, line, Rule.UNTRANSLATED, message, hint, column, Severity.WARNING)


def _lexicon() -> Pronunciations | None:
    """Find the recogniser's dictionary without loading the recogniser."""
    package = find_spec("pocketsphinx")
    if package is None or package.origin is None:
        return None
    dictionary = Path(package.origin).parent / "model" / "en-us" / "cmudict-en-us.dict"
    return Pronunciations(dictionary) if dictionary.is_file() else None


def _is_taken(phrase: str, language: str) -> bool:
    if phrase in reserved_phrases(language):  # an error of its own, told by `load_practice`
        return False
    asks = universal_in(phrase, language) is Universal.OPERATOR
    return asks or alarm_in(phrase, language) is not None
