"""Reading the flows folder and the wording, whole: every mistake of every file at once."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ivr import prompts
from ivr.clinic.operations import SPECS
from ivr.dialog.universals import PHRASES, reserved_phrases
from ivr.dialog.wording import Wording
from ivr.errors import FlowError, FlowErrors, SettingsError
from ivr.flow.compiler import compile_book
from ivr.flow.machine import FlowBook
from ivr.flow.model import Ask, End, Handoff, Record, Say
from ivr.flow.rules import Rule, did_you_mean
from ivr.flow.templates import slots_of
from ivr.flow.tree import decode
from ivr.handoff.office import Office
from ivr.handoff.queues_file import read_office
from ivr.request import SERVICE_FLOWS
from ivr.settings import Settings

FLOW_FILES = {".yaml", ".yml"}
QUEUES_FILE = "queues.yaml"
LONGEST_FLOW = 1_000_000  # bytes; read no more of a file, the reader refuses far less


@dataclass(frozen=True, slots=True)
class Practice:
    """What the flows folder says; flows and queues name each other, so they are read together."""

    book: FlowBook
    """Its version is that of all files, queues included."""
    office: Office
    """Without `queues.yaml` any name is a queue."""
    files: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What it was read from: name of the file to its text."""


def load_practice(settings: Settings) -> Practice:
    """
    Read and check every flow of the flows folder, and its queues.

    Raises:
        FlowErrors: Every mistake of every file.
        SettingsError: The folder cannot be read, or holds no flow.
    """
    folder = Path(settings.flows.folder)
    texts, mistakes = _read_folder(folder)
    return _practice(texts, mistakes, folder, start=settings.flows.start)


def practice_of(files: Mapping[str, str], *, name: str, start: str) -> Practice:
    """
    Check flows that stand in no folder any more, as `load_practice` does.

    Args:
        files: What `Practice.files` was.
        name: What stands in the place of their folder in mistakes.
        start: The flow a call begins with.

    Raises:
        FlowErrors: Every mistake of every file; rules may have been added since they were kept.
        SettingsError: There is no flow.
    """
    folder = Path(name)
    texts = {str(folder / file): text for file, text in files.items()}
    return _practice(texts, [], folder, start=start)


def version_of(files: Mapping[str, str]) -> str:
    """Name what *files* hold: twelve hex digits, the same in any folder and on any machine."""
    content = hashlib.sha256()
    for name, text in sorted(files.items()):
        content.update(f"{len(name)} {len(text)} {name}{text}".encode())
    return content.hexdigest()[:12]


def _practice(
    texts: dict[str, str], mistakes: list[FlowError], folder: Path, *, start: str
) -> Practice:
    files = {Path(file).name: text for file, text in texts.items()}
    office = _read_office(texts.pop(str(folder / QUEUES_FILE), None), folder, mistakes)
    if not texts and not mistakes:
        found = f"{folder}, where no flow file is"
        raise SettingsError("flows.folder", found=found, accepted="a folder of flow files")
    reserved = {phrase for language in PHRASES for phrase in reserved_phrases(language)}
    book = None
    try:
        book = compile_book(texts, SPECS, start=start, reserved=reserved, queues=office.queues)
    except FlowErrors as caught:
        mistakes += caught.errors
    if book is not None:
        mistakes += _service_flows_exist(book, folder)
        mistakes += _flows_exist(office, book)
    if book is None or mistakes:
        raise FlowErrors(mistakes)
    book.version = version_of(files)
    return Practice(book, office, files)


def _read_office(text: str | None, folder: Path, mistakes: list[FlowError]) -> Office:
    try:
        return Office() if text is None else read_office(text, file=str(folder / QUEUES_FILE))
    except FlowErrors as caught:
        mistakes += caught.errors
        return Office()


def _service_flows_exist(book: FlowBook, folder: Path) -> Iterator[FlowError]:
    for name in sorted(SERVICE_FLOWS.keys() - book.flows.keys()):
        what = f"the line needs a flow {name}: {SERVICE_FLOWS[name]}"
        yield FlowError(str(folder), 1, Rule.UNKNOWN_FLOW, what)


def _flows_exist(office: Office, book: FlowBook) -> Iterator[FlowError]:
    for name, queue in office.queues.items():
        if queue.when_closed and queue.when_closed not in book.flows:
            line, column = office.marks["queues", name, "when_closed"]
            what = f"there is no flow {queue.when_closed}"
            hint = did_you_mean(queue.when_closed, book.flows)
            yield FlowError(office.file, line, Rule.UNKNOWN_FLOW, what, hint, column)


def _read_folder(folder: Path) -> tuple[dict[str, str], list[FlowError]]:
    texts: dict[str, str] = {}
    mistakes: list[FlowError] = []
    try:
        for path in sorted(path for path in folder.iterdir() if path.suffix in FLOW_FILES):
            try:
                with path.open("rb") as file:
                    texts[str(path)] = decode(file.read(LONGEST_FLOW), file=str(path))
            except FlowErrors as caught:
                mistakes += caught.errors
    except OSError as error:
        found = f"{folder}: {error.strerror}"
        accepted = "a folder of flow files"
        raise SettingsError("flows.folder", found=found, accepted=accepted) from error
    return texts, mistakes


def load_wording(settings: Settings) -> Wording:
    """
    Read the line's own words.

    Raises:
        FlowErrors: Every mistake in them.
    """
    return prompts.load_wording(Path(settings.flows.prompts))


def fixed_prompts(book: FlowBook) -> list[str]:
    """Collect the prompts whose text no slot changes: they can be rendered ahead of calls."""
    texts: list[str] = []
    for flow in book.flows.values():
        for state in flow.states.values():
            match state:
                case Ask(question=question):
                    texts += [
                        question.prompt,
                        question.help,
                        *question.no_input,
                        *question.no_match,
                    ]
                case Say(prompt=prompt) | Record(prompt=prompt) | End(prompt=prompt):
                    texts.append(prompt)
                case Handoff(prompt=prompt):
                    texts.append(prompt)
                case _:
                    pass
    return [text for text in texts if text and not slots_of(text)]
