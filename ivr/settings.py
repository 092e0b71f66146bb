"""
The operator's settings as plain frozen data, all optional.

`ivr.settings_file` reads and checks them; paths are absolute after it.
"""

import platform
import re
from dataclasses import dataclass, field
from pathlib import Path

WATCH_SOCKET = "watch.sock"
"""Name of the socket in the data folder at which a line answers its operators."""


@dataclass(frozen=True, slots=True)
class Trunk:
    """A carrier account calls come in on."""

    name: str
    addresses: tuple[str, ...] = ()
    """IP addresses or networks (CIDR) its INVITEs come from; an IP trunk needs no more."""
    registrar: str = ""
    """SIP URI to register with, such as `sip:carrier.example`; `` for an IP trunk."""
    username: str = ""
    password: str = field(default="", repr=False)
    expires: int = 300
    """Seconds a registration is asked to last."""


@dataclass(frozen=True, slots=True)
class Line:
    """The SIP endpoint."""

    address: str = "127.0.0.1"
    """Address to bind and to announce."""
    port: int = 5060
    tcp: bool = True
    rtp_port: int = 0
    """First RTP port; 0 chooses one after the SIP port."""
    codecs: tuple[str, ...] = ("PCMU", "PCMA", "G722")
    """Offered and accepted, best first."""
    max_calls: int = 0
    """Calls at once; 0: as many as the pjsua2 build allows."""
    overflow: str = ""
    """SIP URI the caller who would take the last slot is redirected to (302)."""
    outbound: str = ""
    """SIP URI a telephone number is rung at, its ten digits in the place of `{number}`, such as
    `sip:+1{number}@carrier.example`; empty: numbers cannot be rung."""
    open_to: tuple[str, ...] = ()
    """Networks that may ring beside the trunks; empty: everybody."""
    session_expires: int = 1800
    """Seconds; session timer (RFC 4028)."""
    media_timeout: float = 20.0
    """Seconds without RTP after which a call is given up."""
    trunks: tuple[Trunk, ...] = ()


@dataclass(frozen=True, slots=True)
class Agent:
    """A person who takes calls on a SIP phone."""

    name: str
    """How the line names them to the operator."""
    uri: str
    queues: tuple[str, ...] = ()
    """Queues they answer for; empty: all."""


@dataclass(frozen=True, slots=True)
class HandoffSettings:
    """Giving callers to people."""

    agents: tuple[Agent, ...] = ()
    ring_for: float = 20.0
    """Seconds one agent's phone rings."""
    accept_within: float = 15.0
    """Seconds an agent has to press 1 after the briefing."""
    may_dial: tuple[str, ...] = ()
    """Telephone numbers agents may have rung: ten digits, or their beginning and a `*`."""


@dataclass(frozen=True, slots=True)
class Speech:
    """Hearing and speaking."""

    engine: str = "auto"
    """`auto` (vosk when a model is configured, else sphinx), `vosk`, `sphinx`, `remote`, `none`."""
    model: str = ""
    """Folder of a Vosk model."""
    address: str = ""
    """`ws://host:port` of a vosk-server elsewhere; used with engine `remote`."""
    processes: int = 1
    voice: str = ""
    """Voice id of the synthesiser; `` takes its default for the language."""
    rate: int = 160
    """Words a minute."""


@dataclass(frozen=True, slots=True)
class Flows:
    """What the line does."""

    folder: str = "flows"
    start: str = "main_menu"
    prompts: str = "prompts"
    watch: str = "off"
    """`off` (callers hear what `ivr flow publish` put live), `publish` (what is saved without a
    mistake is published within seconds)."""


@dataclass(frozen=True, slots=True)
class ClinicSettings:
    """The practice."""

    name: str = "Cedar Street Clinic"
    database: str = ""
    """SQLite file; `` for `clinic.db` in the data folder, filled with invented patients."""
    timeout: float = 8.0
    """Seconds an operation may take."""


@dataclass(frozen=True, slots=True)
class Records:
    """What is kept."""

    recordings: str = ""
    """Folder of recordings; `` for `recordings` in the data folder."""
    record: str = "off"
    """`off`, `announced` (callers are told, and recorded)."""
    replay: str = "on"
    """`on`: what happened in a call is kept, without anything of the patient, for `ivr replay`;
    as long as the call's row. `off`: it is not."""
    recording_days: int = 30
    """Days recordings are kept; 0: for ever. The same for the three below."""
    message_days: int = 90
    call_days: int = 730
    turn_days: int = 365
    """Turns, steps, media and SIP messages of calls; never longer than their calls."""
    url: str = field(default="", repr=False)
    """PostgreSQL database of the call book, such as `postgresql://user:password@host/database`;
    empty: the file `calls.db` in the data folder."""


@dataclass(frozen=True, slots=True)
class Console:
    """The pages in the browser: one where agents take calls, one that rings the line."""

    address: str = "127.0.0.1"
    """Address to listen on; on any but this machine's own, browsers ask for TLS."""
    port: int = 8080
    """0: no pages."""
    certificate: str = ""
    """PEM file of the certificate chain; with it the pages are served over TLS alone."""
    key: str = ""
    """PEM file of its private key."""
    caller_page: str = "auto"
    """`auto` (from this machine only), `on`, `off`."""


@dataclass(frozen=True, slots=True)
class Store:
    """Where the queue is kept."""

    url: str = field(default="", repr=False)
    """Redis server that several cells share, such as `redis://host:6379/0`; empty: in memory."""
    prefix: str = "clinic-line"
    """What all its names in Redis begin with."""


@dataclass(frozen=True, slots=True)
class MetricsSettings:
    """Figures for Prometheus."""

    address: str = "127.0.0.1"
    """Address to listen on; on any but this machine's own, a token is required."""
    port: int = 9464
    """0: no metrics."""
    token_file: str = ""
    """File with the token that whoever asks must show."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Operators on other machines; on this one they need no setting."""

    address: str = "127.0.0.1"
    """Address to listen on; on any but this machine's own, a certificate is required."""
    port: int = 0
    """0: nobody is answered over the network. Who asks there shows a token of `ivr watch token`."""
    certificate: str = ""
    """PEM file of the certificate chain; with it operators are answered over TLS alone."""
    key: str = ""
    """PEM file of its private key."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All of it."""

    data: str = ".data"
    """Folder of everything this line writes; two lines never share one."""
    cell: str = ""
    """Name of this line among those that share a database or a Redis server; `` for the
    machine's name and the SIP port."""
    log_level: str = "info"
    log_format: str = "auto"
    """`text` (for people), `json` (one object a line), `auto` (text on a terminal, else JSON)."""
    line: Line = field(default_factory=Line)
    handoff: HandoffSettings = field(default_factory=HandoffSettings)
    speech: Speech = field(default_factory=Speech)
    flows: Flows = field(default_factory=Flows)
    clinic: ClinicSettings = field(default_factory=ClinicSettings)
    records: Records = field(default_factory=Records)
    store: Store = field(default_factory=Store)
    console: Console = field(default_factory=Console)
    watch: Watch = field(default_factory=Watch)
    metrics: MetricsSettings = field(default_factory=MetricsSettings)

    @property
    def cell_name(self) -> str:
        """What this line is called in rows and on screens."""
        return self.cell or f"{platform.node()}:{self.line.port}"

    @property
    def data_folder(self) -> Path:
        """The data folder as a path."""
        return Path(self.data)

    @property
    def clinic_database(self) -> Path:
        """The clinic's SQLite file."""
        return (
            Path(self.clinic.database) if self.clinic.database else self.data_folder / "clinic.db"
        )

    @property
    def messages_database(self) -> Path:
        """Messages and call-back requests; apart from the clinic's file, which may be gone."""
        return self.data_folder / "messages.db"

    @property
    def callback_book(self) -> Path:
        """Who will be rung back."""
        return self.data_folder / "callbacks.db"

    @property
    def note_book(self) -> Path:
        """What agents wrote about their talks."""
        return self.data_folder / "notes.db"

    @property
    def roster(self) -> Path:
        """Agents added by `ivr agents add`."""
        return self.data_folder / "agents.db"

    @property
    def call_book(self) -> Path | str:
        """What happened in each call: a SQLite file, or the URL of a database (a secret)."""
        return self.records.url or self.data_folder / "calls.db"

    @property
    def version_book(self) -> Path:
        """Every version of the flows that was published."""
        return self.data_folder / "versions.db"

    @property
    def account_book(self) -> Path:
        """What happened in each call, without anything of the patient."""
        return self.data_folder / "accounts.db"

    @property
    def audit_log(self) -> Path:
        """Who looked at or listened to what was kept."""
        return self.data_folder / "audit.log"

    @property
    def recordings_folder(self) -> Path:
        """Where consented recordings go."""
        named = self.records.recordings
        return Path(named) if named else self.data_folder / "recordings"

    @property
    def token_book(self) -> Path:
        """Tokens of operators on other machines, as hashes."""
        return self.data_folder / "tokens.db"

    @property
    def watch_socket(self) -> Path:
        """Where the running line answers `ivr calls`."""
        return self.data_folder / WATCH_SOCKET


CHOICES = {
    "speech.engine": ("auto", "vosk", "sphinx", "remote", "none"),
    "flows.watch": ("off", "publish"),
    "records.record": ("off", "announced"),
    "records.replay": ("on", "off"),
    "console.caller_page": ("auto", "on", "off"),
    "log_level": ("debug", "info", "warning", "error"),
    "log_format": ("auto", "text", "json"),
}
MAX_PORT = 65535
SHAPES = {
    "cell": (re.compile(r"[\w.:-]{0,60}\Z", re.ASCII), "letters, digits, `.`, `-` and `:`"),
    "line.outbound": (
        re.compile(r"(sips?:[^\s{}<>\"]*\{number\}[^\s{}<>\"]*)?\Z"),
        "a SIP URI with {number} in it, such as sip:+1{number}@carrier.example",
    ),
    "handoff.may_dial": (
        re.compile(r"[2-9][0-9]{2}([0-9]{7}|[0-9]{0,6}\*)\Z"),
        "ten digits, or an area code at least and a *, such as 212555*",
    ),
}
"""What a text must look like, with how that is said; of a list, each of its texts."""
PATHS = (
    "data",
    "speech.model",
    "flows.folder",
    "flows.prompts",
    "clinic.database",
    "records.recordings",
    "console.certificate",
    "console.key",
    "watch.certificate",
    "watch.key",
    "metrics.token_file",
)
