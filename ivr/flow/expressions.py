"""
Guards: a tiny language of comparisons over slots, parsed once, never `eval`ed.

Grammar: `or` of `and` of `[not] term`; a term is `slot`, `slot == literal`, `slot != literal`,
`slot in [literal, …]` or a parenthesis. A bare slot is true when it is set and not `no`.
"""


class Expression:
    """A parsed guard."""
