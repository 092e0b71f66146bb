"""
The operator's settings: one TOML file, all optional, checked whole before anything starts.

`load` reads and checks; the rest is plain frozen data. Paths are absolute after `load`.
"""

import re
import tomllib
from dataclasses import dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, cast, get_args, get_origin, get_type_hints

from ivr.errors import SettingsError


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
    """Days recordings are kept; 0: for ever. The same for the two below."""
    message_days: int = 90
    call_days: int = 730


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
class Settings:
    """All of it."""

    data: str = ".data"
    """Folder of everything this line writes; two lines never share one."""
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
    def call_book(self) -> Path:
        """The row of each call."""
        return self.data_folder / "calls.db"

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
    def watch_socket(self) -> Path:
        """Where the running line answers `ivr calls`."""
        return self.data_folder / "watch.sock"


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
)


def load(path: Path | None) -> Settings:
    """
    Read *path*; None gives the defaults.

    Relative paths in the file are relative to the file's folder, the defaults to the
    current one.

    Raises:
        SettingsError: The file cannot be read, or a setting is unknown or out of range.
    """
    if path is None:
        return Settings()
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(str(path), found="no readable file", accepted="a TOML file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(str(path), found=f"{error}", accepted="valid TOML in UTF-8") from error
    settings = _build(Settings, raw, where="")
    return _absolute(settings, raw, path.resolve().parent)


def _build(kind: Any, raw: object, *, where: str) -> Any:  # noqa: ANN401 - any dataclass of this module
    if not isinstance(raw, dict):
        raise SettingsError(where, found=_shape(raw), accepted="a table")
    hints = get_type_hints(kind)
    known = {f.name for f in fields(kind)}
    values: dict[str, object] = {}
    for name, value in raw.items():
        place = f"{where}.{name}" if where else name
        if name not in known:
            raise SettingsError(
                place, found="an unknown setting", accepted=", ".join(sorted(known))
            )
        values[name] = _value(hints[name], value, place)
    try:
        return kind(**values)
    except TypeError as error:
        missing = [f.name for f in fields(kind) if f.name not in values]
        raise SettingsError(
            where, found="an entry without " + missing[0], accepted="one with it"
        ) from error


def _value(hint: Any, value: object, place: str) -> object:  # noqa: ANN401 - a resolved annotation
    if is_dataclass(hint):
        return _build(hint, value, where=place)
    if get_origin(hint) is tuple:
        if not isinstance(value, list):
            raise SettingsError(place, found=_shape(value), accepted="a list")
        item = get_args(hint)[0]
        return tuple(_value(item, v, f"{place}[{i}]") for i, v in enumerate(value))
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if not isinstance(value, hint) or (hint is int and isinstance(value, bool)):
        raise SettingsError(place, found=_shape(value), accepted=f"a {hint.__name__}")
    if place in CHOICES and value not in CHOICES[place]:
        raise SettingsError(place, found=repr(value), accepted=", ".join(CHOICES[place]))
    shape, accepted = SHAPES.get(place.partition("[")[0], (None, ""))
    if shape is not None and not shape.match(str(value)):
        raise SettingsError(place, found=repr(value), accepted=accepted)
    if isinstance(value, int | float) and not isinstance(value, bool) and value < 0:
        raise SettingsError(place, found=str(value), accepted="0 or more")
    if place.endswith("port") and isinstance(value, int) and value > MAX_PORT:
        raise SettingsError(place, found=str(value), accepted="a port, 0 to 65535")
    return value


def _shape(value: object) -> str:
    return {dict: "a table", list: "a list", str: "a text", bool: "true or false"}.get(
        type(value), f"a {type(value).__name__}"
    )


def _absolute(settings: Settings, raw: dict[str, Any], folder: Path) -> Settings:
    changed: Any = settings
    for place in PATHS:
        section, _, name = place.rpartition(".")
        written = (raw.get(section, {}) if section else raw).get(name)
        if not written:
            continue
        path = {name: str(folder / Path(written).expanduser())}
        if section:
            path = {section: replace(getattr(changed, section), **path)}
        changed = replace(changed, **path)
    return cast("Settings", changed)
