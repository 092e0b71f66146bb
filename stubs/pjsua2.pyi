# Types of what this project uses of pjsua2 2.15.1, and of nothing else.
from collections.abc import Iterator
from types import ModuleType
from typing import Generic, TypeVar

T = TypeVar("T")

_pjsua2: ModuleType

PJSIP_TRANSPORT_UDP: int
PJSIP_TRANSPORT_TCP: int
PJSIP_INV_STATE_CALLING: int
PJSIP_INV_STATE_INCOMING: int
PJSIP_INV_STATE_EARLY: int
PJSIP_INV_STATE_CONNECTING: int
PJSIP_INV_STATE_CONFIRMED: int
PJSIP_INV_STATE_DISCONNECTED: int
PJSUA_CALL_MEDIA_ACTIVE: int
PJSUA_CALL_MEDIA_LOCAL_HOLD: int
PJSUA_CALL_MEDIA_REMOTE_HOLD: int
PJSUA_SIP_TIMER_ALWAYS: int
PJMEDIA_TYPE_AUDIO: int
PJMEDIA_FORMAT_PCM: int
PJMEDIA_FRAME_TYPE_NONE: int
PJMEDIA_FRAME_TYPE_AUDIO: int

class SwigPyObject:
    def __int__(self) -> int: ...

class Owned:
    this: SwigPyObject
    thisown: bool
    @staticmethod
    def __swig_destroy__(owned: Owned, /) -> None: ...

class Error(Exception):
    status: int
    reason: str

class Vector(Owned, Generic[T]):
    def __init__(self) -> None: ...
    def __len__(self) -> int: ...
    def __getitem__(self, index: int, /) -> T: ...
    def __iter__(self) -> Iterator[T]: ...
    def append(self, item: T, /) -> None: ...

class ByteVector(Vector[int]):
    def resize(self, size: int, /) -> None: ...

class SipHeader(Owned):
    hName: str
    hValue: str

class SipHeaderVector(Vector[SipHeader]): ...

class SipTxOption(Owned):
    headers: SipHeaderVector

class SipTxData(Owned):
    wholeMsg: str

class SipRxData(Owned):
    wholeMsg: str
    srcAddress: str

class TransportConfig(Owned):
    port: int
    portRange: int
    boundAddress: str

class UaConfig(Owned):
    maxCalls: int
    threadCnt: int
    mainThreadOnly: bool
    userAgent: str

class LogConfig(Owned):
    level: int
    consoleLevel: int
    msgLogging: int

class MediaConfig(Owned):
    clockRate: int
    sndClockRate: int
    channelCount: int
    audioFramePtime: int
    ptime: int
    ecTailLen: int
    noVad: bool
    sndAutoCloseTime: int

class EpConfig(Owned):
    uaConfig: UaConfig
    logConfig: LogConfig
    medConfig: MediaConfig

class AuthCredInfo(Owned):
    def __init__(
        self, scheme: str, realm: str, user_name: str, data_type: int, data: str, /
    ) -> None: ...

class AuthCredInfoVector(Vector[AuthCredInfo]): ...

class AccountRegConfig(Owned):
    registrarUri: str
    timeoutSec: int
    retryIntervalSec: int
    firstRetryIntervalSec: int
    randomRetryIntervalSec: int
    delayBeforeRefreshSec: int

class StringVector(Vector[str]): ...

class AccountSipConfig(Owned):
    proxies: StringVector
    authCreds: AuthCredInfoVector

class AccountCallConfig(Owned):
    timerUse: int
    timerMinSESec: int
    timerSessExpiresSec: int

class AccountMediaConfig(Owned):
    transportConfig: TransportConfig

class AccountConfig(Owned):
    priority: int
    idUri: str
    regConfig: AccountRegConfig
    sipConfig: AccountSipConfig
    callConfig: AccountCallConfig
    mediaConfig: AccountMediaConfig

class OnIncomingCallParam(Owned):
    callId: int
    rdata: SipRxData

class OnRegStateParam(Owned):
    code: int
    expiration: int

class Account(Owned):
    def __init__(self) -> None: ...
    def create(self, config: AccountConfig, make_default: bool = ..., /) -> None: ...
    def shutdown(self) -> None: ...
    def setRegistration(self, renew: bool, /) -> None: ...
    def onIncomingCall(self, prm: OnIncomingCallParam) -> None: ...
    def onRegState(self, prm: OnRegStateParam) -> None: ...

class CallMediaInfo(Owned):
    index: int
    type: int
    status: int

class CallInfo(Owned):
    state: int
    lastStatusCode: int
    callIdString: str
    media: Vector[CallMediaInfo]

class CallOpParam(Owned):
    statusCode: int
    txOption: SipTxOption
    def __init__(self, use_default_call_setting: bool = ..., /) -> None: ...

class MediaTransportInfo(Owned):
    localRtpName: str
    localRtcpName: str
    srcRtpName: str

class CodecParamInfo(Owned):
    frameLen: int

class CodecParam(Owned):
    info: CodecParamInfo

class StreamInfo(Owned):
    remoteRtpAddress: str
    codecName: str
    audCodecParam: CodecParam

class TimeVal(Owned):
    sec: int

class MathStat(Owned):
    n: int
    max: int
    last: int

class RtcpStreamStat(Owned):
    pkt: int
    loss: int
    dup: int
    discard: int
    update: TimeVal
    updateCount: int
    jitterUsec: MathStat

class RtcpStat(Owned):
    start: TimeVal
    rxStat: RtcpStreamStat
    txStat: RtcpStreamStat
    rttUsec: MathStat

class JbufState(Owned):
    avgDelayMsec: int
    discard: int

class StreamStat(Owned):
    rtcp: RtcpStat
    jbuf: JbufState

class OnCallStateParam(Owned): ...
class OnCallMediaStateParam(Owned): ...

class OnDtmfEventParam(Owned):
    digit: str
    flags: int

class OnCallTransferRequestParam(Owned):
    statusCode: int

class OnCallReplaceRequestParam(Owned):
    statusCode: int

class AudioMedia(Owned):
    def startTransmit(self, sink: AudioMedia, /) -> None: ...
    def stopTransmit(self, sink: AudioMedia, /) -> None: ...

class MediaFormatAudio(Owned):
    def init(
        self, format_id: int, clock_rate: int, channels: int, frame_us: int, bits: int, /
    ) -> None: ...

class MediaFrame(Owned):
    type: int
    buf: ByteVector
    size: int

class AudioMediaPort(AudioMedia):
    def __init__(self) -> None: ...
    def createPort(self, name: str, fmt: MediaFormatAudio, /) -> None: ...
    def onFrameReceived(self, frame: MediaFrame) -> None: ...
    def onFrameRequested(self, frame: MediaFrame) -> None: ...

class Call(Owned):
    def __init__(self, account: Account, call_id: int = ..., /) -> None: ...
    def getInfo(self) -> CallInfo: ...
    def getAudioMedia(self, index: int, /) -> AudioMedia: ...
    def makeCall(self, uri: str, prm: CallOpParam, /) -> None: ...
    def answer(self, prm: CallOpParam, /) -> None: ...
    def hangup(self, prm: CallOpParam, /) -> None: ...
    def dialDtmf(self, digits: str, /) -> None: ...
    def getStreamInfo(self, index: int, /) -> StreamInfo: ...
    def getStreamStat(self, index: int, /) -> StreamStat: ...
    def getMedTransportInfo(self, index: int, /) -> MediaTransportInfo: ...
    def onCallState(self, prm: OnCallStateParam) -> None: ...
    def onCallMediaState(self, prm: OnCallMediaStateParam) -> None: ...
    def onDtmfEvent(self, prm: OnDtmfEventParam) -> None: ...
    def onCallTransferRequest(self, prm: OnCallTransferRequestParam) -> None: ...
    def onCallReplaceRequest(self, prm: OnCallReplaceRequestParam) -> None: ...

class CodecInfo(Owned):
    codecId: str

class AudDevManager(Owned):
    def setNullDev(self) -> None: ...

class Endpoint(Owned):
    def __init__(self) -> None: ...
    def libCreate(self) -> None: ...
    def libInit(self, config: EpConfig, /) -> None: ...
    def libStart(self) -> None: ...
    def libHandleEvents(self, milliseconds: int, /) -> int: ...
    def libDestroy(self, flags: int = ..., /) -> None: ...
    def transportCreate(self, kind: int, config: TransportConfig, /) -> int: ...
    def audDevManager(self) -> AudDevManager: ...
    def codecEnum2(self) -> Vector[CodecInfo]: ...
    def codecSetPriority(self, codec: str, priority: int, /) -> None: ...
