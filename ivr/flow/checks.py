"""Judging flows: everything that can be wrong with them, at once."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from ivr.errors import FlowError
from ivr.flow.known import check_known
from ivr.flow.model import Flow, OperationSpec
from ivr.flow.names import check_names
from ivr.flow.paths import check_paths
from ivr.flow.reader import Draft
from ivr.flow.rules import Rule
from ivr.flow.scene import mistake, scene_of
from ivr.flow.wording import check_wording


def check(
    flows: Iterable[Flow],
    operations: Mapping[str, OperationSpec],
    *,
    start: str,
    reserved: Collection[str] = (),
    queues: Collection[str] = (),
) -> tuple[FlowError, ...]:
    """
    Check *flows* together.

    Args:
        flows: All flows of the line.
        operations: What they may ask of the clinic.
        start: The flow a call begins with.
        reserved: Phrases the line understands in every state, such as `operator`.
        queues: Names of the line's queues; empty: any name is one.
    """
    drafts = [Draft(file=flow.file, flow=flow, errors=()) for flow in flows]
    return check_drafts(drafts, operations, start=start, reserved=reserved, queues=queues)


def check_drafts(
    drafts: Iterable[Draft],
    operations: Mapping[str, OperationSpec],
    *,
    start: str,
    reserved: Collection[str] = (),
    queues: Collection[str] = (),
) -> tuple[FlowError, ...]:
    """Check as `check`, leaving alone what could not be read and what follows from that."""
    drafts = tuple(drafts)
    scene = scene_of(drafts, operations, start=start, queues=queues)
    return (
        *_duplicates(drafts),
        *check_names(scene),
        *check_paths(scene),
        *check_known(scene),
        *check_wording(scene, reserved=reserved),
    )


def _duplicates(drafts: Iterable[Draft]) -> Iterator[FlowError]:
    first: dict[str, str] = {}
    for draft in drafts:
        if draft.flow is None or not draft.flow.name:
            continue
        name = draft.flow.name
        if name in first:
            message = f"flow {name} stands in {first[name]} already"
            yield mistake(draft.flow, ("flow",), Rule.DUPLICATE_FLOW, message, "rename one of them")
        first.setdefault(name, draft.file)
