"""
Pseudonyms of callers: equal for calls of one number, and nothing can be told from them.

HMAC-SHA256 (RFC 2104) of the number with a secret that only this line has: without it nobody can
try numbers until one fits.
"""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from ivr.errors import SettingsError

FILE = "caller_secret"
SECRET_BYTES = 32
LENGTH = 16  # hex digits; among a million callers two share one with a chance of 1 in 37 million
WITHHELD = frozenset({"", "anonymous", "restricted", "unavailable", "unknown", "private"})
"""What SIP networks write for a number that is not to be shown (RFC 3323 §4.1, and custom)."""
NATIONAL = 10  # digits of a number in North America, without the 1 before it


def pseudonym(caller: str, *, secret: bytes) -> str:
    """Give the pseudonym of a number or SIP user; `` when it is withheld."""
    name = caller.strip().lower()
    if name in WITHHELD:
        return ""
    digits = "".join(one for one in name if one.isascii() and one.isdecimal())
    if digits and not any(one.isalpha() for one in name):
        name = digits[1:] if len(digits) == NATIONAL + 1 and digits[0] == "1" else digits
    return hmac.new(secret, name.encode(errors="backslashreplace"), hashlib.sha256).hexdigest()[
        :LENGTH
    ]


def secret_in(folder: Path) -> bytes:
    """
    Read this line's secret, or draw one the first time.

    Raises:
        SettingsError: The file cannot be read or written, or is damaged.
    """
    path = folder / FILE
    try:
        if not path.exists():
            _write(path, secrets.token_bytes(SECRET_BYTES))
        secret = path.read_bytes()
    except OSError as error:
        found = f"{path}: {error.strerror}"
        raise SettingsError("data", found=found, accepted="a folder we can write") from error
    if len(secret) != SECRET_BYTES:
        accepted = f"{SECRET_BYTES} bytes; delete it, and callers get new pseudonyms"
        raise SettingsError("data", found=f"{path} of {len(secret)} bytes", accepted=accepted)
    return secret


def _write(path: Path, secret: bytes) -> None:
    """Write the whole file or none."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
