"""Keeping the accounts of a call's conversations, so that they can be told again."""

import asyncio
import logging
from collections.abc import Sequence

from ivr.dialog.witness import Witness
from ivr.errors import StoreError
from ivr.records.accounts import AccountBook

_log = logging.getLogger(__name__)


async def keep_accounts(book: AccountBook, call: str, witnesses: Sequence[Witness]) -> None:
    """Let *witnesses* tell what happened, in a thread: it takes time that nobody shall wait."""
    told = await asyncio.to_thread(lambda: [witness.account() for witness in witnesses])
    accounts = [account for account in told if account is not None]
    try:
        if accounts:
            await book.keep(call, accounts)
    except StoreError:
        _log.warning("call cannot be replayed", extra={"call": call})
