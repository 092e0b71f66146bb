"""
pjsua2, and the rules that keep it alive. Nothing outside this package imports it.

Everything here runs in the SIP thread, but for the two media callbacks, which run in the
media clock and touch plain Python only. Each rule was a crash:

* a Call is destroyed, in C++, inside its DISCONNECTED callback: pjsua gives its id to the
  next call at once, and a late destructor would hang up whoever has it then;
* no pj object, traceback or bound method of one leaves this thread: the last reference
  must not be dropped elsewhere. Errors leave as `StackError`, a text;
* no exception leaves a callback.
"""

from __future__ import annotations  # the stub names types that pjsua2 lacks at run time

import ctypes
import logging
from collections.abc import Sequence
from datetime import UTC, datetime

import pjsua2 as pj

from ivr.audio.pcm import FRAME, FRAME_BYTES, SAMPLE_RATE_HZ
from ivr.story.media import Media
from sip.binding.native import destroy, library, translated
from sip.callbacks import Pin, contained
from sip.causes import CallState, Status
from sip.far_end import FarReport
from sip.media_port import MediaPort
from sip.stack import (
    AccountOptions,
    AccountWatcher,
    Audio,
    CallWatcher,
    Codec,
    MediaAddresses,
    StackOptions,
)

log = logging.getLogger("sip")

FRAME_MICROSECONDS = 20_000
A_SECOND = 1_000_000  # microseconds
WITHOUT_NETWORK = 3  # PJSUA_DESTROY_NO_NETWORK: we said our goodbyes before
DTMF_IS_UPDATE = 1  # PJMEDIA_STREAM_DTMF_IS_UPDATE
SESSION_TIMER_MINIMUM = 90  # seconds; RFC 4028 §4
HIGHEST_PRIORITY = 255
MORE_THAN_ANY_BUILD = 10_000  # calls; pjsua takes what it was compiled for
REGISTRATION_RETRY = 10  # seconds
PLAIN_PASSWORD = 0  # PJSIP_CRED_DATA_PLAIN_PASSWD
NOTHING, SOUND = pj.PJMEDIA_FRAME_TYPE_NONE, pj.PJMEDIA_FRAME_TYPE_AUDIO  # looked up once
STATES = {
    pj.PJSIP_INV_STATE_CALLING: CallState.CALLING,
    pj.PJSIP_INV_STATE_INCOMING: CallState.RINGING,
    pj.PJSIP_INV_STATE_EARLY: CallState.RINGING,
    pj.PJSIP_INV_STATE_CONNECTING: CallState.CONNECTING,
    pj.PJSIP_INV_STATE_CONFIRMED: CallState.CONFIRMED,
}

_vector = (ctypes.c_size_t * 2).from_address  # a std::vector: begin, end
_pointer = ctypes.c_size_t.from_address

pin_clock = Pin()


class PjPort(pj.AudioMediaPort):
    """A `MediaPort` on the conference bridge."""

    def __init__(self, media: MediaPort) -> None:
        super().__init__()
        self._media = media
        sound = pj.MediaFormatAudio()
        sound.init(pj.PJMEDIA_FORMAT_PCM, SAMPLE_RATE_HZ, 1, FRAME_MICROSECONDS, 16)
        self.createPort("leg", sound)

    @contained
    def onFrameReceived(self, frame: pj.MediaFrame) -> None:  # noqa: N802 - pjsua2's name
        """Hand a frame in; reading the vector costs 1 µs, `bytes(frame.buf)` 147."""
        pin_clock()
        begin, end = _vector(int(frame.buf.this))
        if end - begin == FRAME_BYTES:
            self._media.take(ctypes.string_at(begin, FRAME_BYTES))

    @contained
    def onFrameRequested(self, frame: pj.MediaFrame) -> None:  # noqa: N802 - pjsua2's name
        """Fetch a frame."""
        data = self._media.next_frame()
        if data is None:
            frame.type = NOTHING
            return
        buffer = frame.buf
        buffer.resize(FRAME_BYTES)
        ctypes.memmove(_pointer(int(buffer.this)).value, data, FRAME_BYTES)
        frame.type = SOUND


class PjCall(pj.Call):
    """One call. Made and destroyed in the SIP thread."""

    def __init__(
        self, account: PjAccount, key: str, media: MediaPort, watcher: CallWatcher, *, call_id: int
    ) -> None:
        super().__init__(account, call_id)
        self.key = key
        self._watcher = watcher
        self._media = media
        self._port: PjPort | None = None

    @contained
    def onCallState(self, _prm: pj.OnCallStateParam) -> None:  # noqa: N802 - pjsua2's name
        """Tell the state; destroy at the end (see the module's rules)."""
        info = self.getInfo()
        if info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
            try:
                self._watcher.ended(self.key, info.lastStatusCode)
            finally:
                self.close()
        elif info.state in STATES:
            self._watcher.state_changed(self.key, STATES[info.state])

    @contained
    def onCallMediaState(self, _prm: pj.OnCallMediaStateParam) -> None:  # noqa: N802 - pjsua2's name
        """Any change of the SDP gives the call a new place on the bridge, silently."""
        self._watcher.media_changed(self.key)

    @contained
    def onDtmfEvent(self, prm: pj.OnDtmfEventParam) -> None:  # noqa: N802 - pjsua2's name
        """Called with each packet of a key; the first is the press."""
        if not prm.flags & DTMF_IS_UPDATE:
            self._watcher.keyed(self.key, prm.digit)

    @contained
    def onCallTransferRequest(self, prm: pj.OnCallTransferRequestParam) -> None:  # noqa: N802 - pjsua2's name
        """Refuse: by default pjsua2 would dial whatever a stranger asks (toll fraud)."""
        prm.statusCode = Status.DECLINE

    @contained
    def onCallReplaceRequest(self, prm: pj.OnCallReplaceRequestParam) -> None:  # noqa: N802 - pjsua2's name
        """Refuse: nobody takes over a patient's call."""
        prm.statusCode = Status.DECLINE

    # ---------------------------------------------------------------- commands

    @property
    def call_id(self) -> str:
        """The Call-ID header's value."""
        return self.getInfo().callIdString

    def ring(self, uri: str) -> None:
        """Send the INVITE."""
        with translated():
            self.makeCall(uri, pj.CallOpParam(True))

    def respond(self, status: int, headers: Sequence[tuple[str, str]] = ()) -> None:
        """Answer the INVITE with *status*."""
        prm = pj.CallOpParam(True)
        prm.statusCode = status
        lines = pj.SipHeaderVector()
        for name, value in headers:
            line = pj.SipHeader()
            line.hName, line.hValue = name, value
            lines.append(line)
        prm.txOption.headers = lines
        with translated():
            self.answer(prm)

    def end(self, status: int) -> None:
        """Hang up: BYE, CANCEL or a final answer of *status*, whichever fits."""
        prm = pj.CallOpParam(True)
        prm.statusCode = status
        with translated():
            self.hangup(prm)

    def press(self, keys: str) -> None:
        """Send RFC 4733 events."""
        with translated():
            self.dialDtmf(keys)

    def audio(self) -> Audio:
        """Look up the audio stream."""
        info = self.getInfo()  # kept: its list would die with it
        for media in info.media:
            if media.type != pj.PJMEDIA_TYPE_AUDIO:
                continue
            if media.status == pj.PJSUA_CALL_MEDIA_ACTIVE:
                return Audio(media.index, live=True)
            if media.status in {pj.PJSUA_CALL_MEDIA_LOCAL_HOLD, pj.PJSUA_CALL_MEDIA_REMOTE_HOLD}:
                return Audio(media.index, held=True)
        return Audio()

    def attach(self, index: int) -> None:
        """Connect the leg's `MediaPort`, both ways."""
        with translated():
            if self._port is None:
                self._port = PjPort(self._media)
            audio = self.getAudioMedia(index)
            self._port.startTransmit(audio)
            audio.startTransmit(self._port)

    def hear(self, other: PjCall) -> None:
        """Let our far end hear that of *other*."""
        with translated():
            other.getAudioMedia(-1).startTransmit(self.getAudioMedia(-1))

    def unhear(self, other: PjCall) -> None:
        """Undo `hear`."""
        with translated():
            other.getAudioMedia(-1).stopTransmit(self.getAudioMedia(-1))

    def codec(self, index: int) -> Codec:
        """Tell the codec of a stream."""
        with translated():
            stream = self.getStreamInfo(index)  # kept: its parts would die with it
            return Codec(stream.codecName, stream.audCodecParam.info.frameLen / 1000)

    def packets(self, index: int) -> int:
        """Count the RTP packets received since the stream began."""
        with translated():
            stat = self.getStreamStat(index)  # kept: its parts would die with it
            return stat.rtcp.rxStat.pkt

    def measure(self, index: int, codec: Codec) -> Media:
        """Read what was counted of a stream since it began; whose it is, is not known here."""
        with translated():
            stat = self.getStreamStat(index)  # kept: its parts would die with it
        rtcp, buffer = stat.rtcp, stat.jbuf
        received, sent, round_trip = rtcp.rxStat, rtcp.txStat, rtcp.rttUsec
        report = FarReport(
            count=sent.updateCount,
            after=sent.update.sec - rtcp.start.sec,
            lost=sent.loss,
            worst_jitter=sent.jitterUsec.max / A_SECOND,
        )
        far_lost = report.missed(sent.pkt)
        return Media(
            call="",
            at=datetime.now(UTC),
            received=received.pkt,
            lost=received.loss,
            codec=codec.name,
            late=round(buffer.discard * codec.frame / FRAME),
            jitter=received.jitterUsec.last / A_SECOND,
            buffered=buffer.avgDelayMsec / 1000,
            sent=sent.pkt,
            far_lost=far_lost,
            far_jitter=None if far_lost is None else sent.jitterUsec.last / A_SECOND,
            round_trip=round_trip.last / A_SECOND if round_trip.n else None,
        )

    def addresses(self, index: int) -> MediaAddresses:
        """Tell where RTP goes and comes from."""
        with translated():
            transport = self.getMedTransportInfo(index)
            return MediaAddresses(
                local_rtp=transport.localRtpName,
                local_rtcp=transport.localRtcpName,
                announced=self.getStreamInfo(index).remoteRtpAddress,
                seen=transport.srcRtpName,
            )

    def close(self) -> None:
        """Destroy the port and the call, in C++, now."""
        port, self._port = self._port, None
        destroy(port)
        destroy(self)


class PjAccount(pj.Account):
    """One identity; the line has one, each registration another."""

    def __init__(self, options: AccountOptions, watcher: AccountWatcher, *, default: bool) -> None:
        super().__init__()
        self._watcher = watcher
        self._trunk = options.trunk
        with translated():
            self.create(_account_config(options), default)

    @contained
    def onIncomingCall(self, prm: pj.OnIncomingCallParam) -> None:  # noqa: N802 - pjsua2's name
        """Offer the call to the watcher."""
        invite = prm.rdata
        self._watcher.incoming(self._trunk, prm.callId, invite.wholeMsg, invite.srcAddress)

    @contained
    def onRegState(self, prm: pj.OnRegStateParam) -> None:  # noqa: N802 - pjsua2's name
        """Tell how the registration stands."""
        active = prm.code // 100 == 2 and prm.expiration > 0  # noqa: PLR2004 - the 2xx class
        self._watcher.registered(self._trunk, prm.code, active=active)

    def unregister(self) -> None:
        """Ask the registrar to forget us; the watcher learns when it did."""
        with translated():
            self.setRegistration(False)

    def close(self) -> None:
        """Destroy it."""
        with translated():
            self.shutdown()
        destroy(self)


def _account_config(options: AccountOptions) -> pj.AccountConfig:
    config = pj.AccountConfig()
    config.idUri = options.identity
    transport = config.mediaConfig.transportConfig
    transport.port = options.rtp_port
    transport.portRange = options.rtp_range
    transport.boundAddress = options.rtp_address
    timer = config.callConfig
    timer.timerUse = pj.PJSUA_SIP_TIMER_ALWAYS
    timer.timerMinSESec = SESSION_TIMER_MINIMUM
    timer.timerSessExpiresSec = max(options.session_expires, SESSION_TIMER_MINIMUM)
    if options.registrar:
        registration = config.regConfig
        registration.registrarUri = options.registrar
        registration.timeoutSec = options.expires
        registration.delayBeforeRefreshSec = max(1, options.expires // 10)
        registration.retryIntervalSec = REGISTRATION_RETRY
        registration.firstRetryIntervalSec = REGISTRATION_RETRY // 2
        registration.randomRetryIntervalSec = 1
        config.sipConfig.proxies.append(options.proxy)
        config.sipConfig.authCreds.append(
            pj.AuthCredInfo("digest", "*", options.username, PLAIN_PASSWORD, options.password)
        )
    return config


class Stack:
    """The pjsua2 endpoint. A process has one at a time: a second would abort it."""

    def __init__(self) -> None:
        library.pj_log_set_level(0)  # pjsip logs whole messages: callers' numbers
        self._endpoint = pj.Endpoint()

    def open(self, options: StackOptions) -> None:
        """Start it; raises `StackError`."""
        with translated():
            self._endpoint.libCreate()
            self._endpoint.libInit(_endpoint_config(options))
            patience = int(options.transaction_patience * 1000)
            library.pjsip_tsx_set_timers(0, 0, 0, patience)
            transport = pj.TransportConfig()
            transport.port = options.port
            transport.boundAddress = options.address
            self._endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
            if options.tcp:
                self._endpoint.transportCreate(pj.PJSIP_TRANSPORT_TCP, transport)
            self._endpoint.libStart()
            self._endpoint.audDevManager().setNullDev()
            self._choose_codecs(options.codecs)

    def codecs(self) -> tuple[str, ...]:
        """Names such as `PCMU`."""
        return tuple(dict.fromkeys(codec.partition("/")[0] for codec in self._codec_ids()))

    def _codec_ids(self) -> list[str]:
        found = self._endpoint.codecEnum2()
        return [codec.codecId for codec in found]

    def _choose_codecs(self, wanted: Sequence[str]) -> None:
        for codec in self._codec_ids():
            name = codec.partition("/")[0]
            rank = wanted.index(name) if name in wanted else HIGHEST_PRIORITY
            self._endpoint.codecSetPriority(codec, HIGHEST_PRIORITY - rank)

    def poll(self, timeout: float) -> None:
        """Handle what came, waiting up to *timeout* seconds for it."""
        self._endpoint.libHandleEvents(int(timeout * 1000))

    def close(self) -> None:
        """End pjsip. Every call and account must be destroyed before."""
        with translated():
            self._endpoint.libDestroy(WITHOUT_NETWORK)
        destroy(self._endpoint)


def _endpoint_config(options: StackOptions) -> pj.EpConfig:
    config = pj.EpConfig()
    config.logConfig.level = config.logConfig.consoleLevel = config.logConfig.msgLogging = 0
    agent = config.uaConfig
    agent.maxCalls = MORE_THAN_ANY_BUILD
    agent.threadCnt = 0
    agent.mainThreadOnly = True
    agent.userAgent = options.user_agent
    media = config.medConfig
    media.clockRate = media.sndClockRate = SAMPLE_RATE_HZ
    media.channelCount = 1
    media.audioFramePtime = media.ptime = FRAME_MICROSECONDS // 1000
    media.ecTailLen = 0
    media.noVad = True
    media.sndAutoCloseTime = -1
    return config
