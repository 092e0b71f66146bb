"""Who rang and what they keyed is in no log and on no console."""

import asyncio
import logging

import pytest

from tests.sip.harness import open_line
from tests.support.rtpraw import HERE


def test_a_call_leaves_no_number_and_no_key_behind(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)

    async def story() -> None:
        async with open_line() as line:
            phone = await line.phone()
            phone.send("INVITE sip:5550177@x SIP/2.0\r\nbroken\r\n\r\n")
            phone.dialog.target = f"sip:5550166@{HERE}:{line.endpoint.port}"
            await phone.call()
            await phone.rtp.press("7")
            await phone.request("INFO", body="Signal=7", kind="application/dtmf-relay")
            await phone.request("REFER", headers=["Refer-To: <sip:5550155@x>"])
            await phone.hang_up()

    asyncio.run(story())
    assert [r for r in caplog.records if r.name == "sip"]
    written = "\n".join(str(vars(record)) for record in caplog.records if record.name == "sip")
    for secret in ("5550101", "5550166", "5550177", "5550155", "'7'"):
        assert secret not in written
    assert capfd.readouterr() == ("", "")
