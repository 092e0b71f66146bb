"""From the flow files of a line to its `FlowBook`, or to every mistake in them."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import replace

from ivr.errors import FlowErrors
from ivr.flow.checks import check_drafts
from ivr.flow.machine import FlowBook
from ivr.flow.model import OperationSpec
from ivr.flow.reader import read_draft
from ivr.flow.scene import all_slots


def compile_book(
    texts: Mapping[str, str],
    operations: Mapping[str, OperationSpec],
    *,
    start: str,
    reserved: Collection[str] = (),
    queues: Collection[str] = (),
) -> FlowBook:
    """
    Read, check and compile all flows of a line.

    Every flow of the book carries all slots of the line, also those that only an operation
    gives: whoever looks one up learns how private it is.

    Args:
        texts: File name to content.
        operations: What flows may ask of the clinic.
        start: The flow a call begins with.
        reserved: Phrases the line understands in every state, such as `operator`.
        queues: Names of the line's queues; empty: any name is one.

    Raises:
        FlowErrors: Every mistake of all files at once.
    """
    drafts = [read_draft(text, file=file) for file, text in sorted(texts.items())]
    mistakes = [error for draft in drafts for error in draft.errors]
    mistakes += check_drafts(drafts, operations, start=start, reserved=reserved, queues=queues)
    if mistakes:
        raise FlowErrors(mistakes)
    flows = [draft.flow for draft in drafts if draft.flow is not None]
    slots = all_slots(flows, operations.values())
    return FlowBook(
        {flow.name: replace(flow, slots=slots) for flow in flows},
        version=_version(texts),
        start=start,
    )


def _version(texts: Mapping[str, str]) -> str:
    content = hashlib.sha256()
    for file, text in sorted(texts.items()):
        name = file.rpartition("/")[2]  # the same flows are the same version in any folder
        content.update(f"{len(name)} {len(text)} {name}{text}".encode())
    return content.hexdigest()[:12]
