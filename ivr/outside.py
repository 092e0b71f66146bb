"""Telephone numbers outside: how the line rings one."""

import re

NUMBER = re.compile(r"[2-9][0-9]{9}\Z", re.ASCII)
"""Ten digits of a North American number, as callers give them."""


def address_of(number: str, outbound: str) -> str:
    """
    Tell the SIP URI to ring a number at; `` when it is none, or this line rings no numbers.

    Args:
        number: Ten digits.
        outbound: The setting `line.outbound`.
    """
    if not outbound or NUMBER.match(number) is None:
        return ""
    return outbound.replace("{number}", number)
