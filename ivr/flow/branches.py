"""Reading where a state leads: `next:` and `on:`."""

from ivr.flow.expressions import Expression, GuardError, parse
from ivr.flow.fields import Notes, Path, Table
from ivr.flow.model import Branch
from ivr.flow.rules import Rule
from ivr.flow.tree import Fields, Items, Node, Text

Branches = tuple[Branch, ...]

_SHAPE = "the name of a state, or a list of {when: …, to: …} that ends in a plain {to: …}"


def read_targets(node: Node, *, path: Path, notes: Notes) -> Branches | None:
    """Read a state name or a list of branches; None when what it leads to cannot be told."""
    match node:
        case Text() if notes.is_name(node, "a state"):
            notes.mark((*path, "0"), node)
            return (Branch(to=node.value, line=node.line),)
        case Items(items) if items:
            return _read_list(items, path=path, notes=notes)
        case Text():
            return None
        case _:
            notes.wrong(node, Rule.WRONG_SHAPE, "this does not say where to go on", _SHAPE)
            return None


def read_on(table: Table) -> dict[str, Branches] | None:
    """Read `on:`; None when some of what it leads to cannot be told."""
    node = table.take("on")
    if node is None:
        return {}
    if not isinstance(node, Fields):
        table.notes.wrong(
            node, Rule.WRONG_SHAPE, "on: takes outcome: state", "such as {ready: say_it}"
        )
        return None
    read = {}
    whole = True
    for key, value in node.entries:
        path = (*table.path, "on", key.value)
        targets = None
        if table.notes.is_name(key, "an outcome"):
            targets = read_targets(value, path=path, notes=table.notes)
            table.notes.mark(path, key)
        if targets is None:
            whole = False
        else:
            read[key.value] = targets
    return read if whole else None


def narrowed(branches: Branches, *, guard: str) -> Branches:
    """Put *guard* before the guards of *branches*."""
    return tuple(
        Branch(
            to=branch.to,
            when=parse(f"{guard} and ({branch.when.text})" if branch.when else guard),
            line=branch.line,
        )
        for branch in branches
    )


def _read_list(items: tuple[Node, ...], *, path: Path, notes: Notes) -> Branches | None:
    branches = []
    whole = True
    for at, item in enumerate(items):
        branch = _read_branch(item, path=(*path, str(at)), notes=notes)
        if branch is None:
            whole = False
            continue
        branches.append(branch)
        guarded = (
            "when" in {key.value for key, _ in item.entries} if isinstance(item, Fields) else False
        )
        last = at == len(items) - 1
        if last and guarded:
            hint = "end the list with - {to: …}"
            notes.wrong(item, Rule.MISSING_ELSE, "nothing is said for when no guard holds", hint)
        if not last and not guarded:
            hint = "give it a when:, or move it to the end"
            notes.wrong(item, Rule.AFTER_ELSE, "what follows this branch is never reached", hint)
    return tuple(branches) if whole else None


def _read_branch(item: Node, *, path: Path, notes: Notes) -> Branch | None:
    if not isinstance(item, Fields):
        notes.wrong(item, Rule.WRONG_SHAPE, "a branch is {when: …, to: …}", _SHAPE)
        return None
    table = Table(item, path=path, notes=notes)
    to = table.name("to", required=True)
    guard = _read_guard(table)
    table.done()
    if to:
        notes.mark(path, table.take("to") or item)
    return Branch(to=to, when=guard, line=item.line) if to else None


def _read_guard(table: Table) -> Expression | None:
    text = table.text("when")
    if not text:
        return None
    try:
        return parse(text)
    except GuardError as error:
        node = table.take("when") or table.owner
        message = f"when: cannot be read at column {error.column} of it: {error.message}"
        hint = "such as: patient and not (plan in [hmo, ppo])"
        table.notes.wrong(node, Rule.BAD_GUARD, message, hint)
        return None
