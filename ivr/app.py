"""The composition root: the one place that knows every adapter and starts them in order."""

import asyncio
import fcntl
import logging
import secrets
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO, Any

from ivr.attendant import Attendant
from ivr.clinic.demo import DemoClinic
from ivr.clinic.messages import MessageBox
from ivr.dialog.wording import Wording
from ivr.errors import ClinicError, SettingsError, SpeechError, StoreError
from ivr.exchange import Exchange, ExchangeMeans
from ivr.expiry import Books, delete_expired
from ivr.flow.machine import FlowBook
from ivr.handoff.card import Card
from ivr.handoff.handoff import Limits
from ivr.line import Line
from ivr.loading import fixed_prompts, load_wording
from ivr.measuring import Measuring
from ivr.operating import Operating, OperatingMeans
from ivr.ports import AudioLeg, Clinic, Speaker
from ivr.pseudonyms import pseudonym, secret_in
from ivr.publishing import LiveFlows, flow_questions
from ivr.questions import reasons
from ivr.records.accounts import AccountBook
from ivr.records.audit import Audit
from ivr.records.calls import CallBook
from ivr.records.notes import NoteBook
from ivr.records.recordings import Recordings
from ivr.records.versions import VersionBook
from ivr.settings import Settings
from ivr.speech.cached import CachedSpeaker
from ivr.speech.client import SpeechClient
from ivr.speech.pyttsx3_ import PyttsxSpeaker, voices_with
from ivr.speech.recorded import RecordedSpeaker, load_sounds
from ivr.speech.tones import beep, hold_music
from ivr.standing import standing
from ivr.story.facts import Facts
from ivr.switchboard.place import Place
from ivr.voice import Voice
from ivr.watch.asking import Askable
from ivr.watch.doors import open_doors
from ivr.watch.hub import Hub, Look
from ivr.watch.metrics import Metrics
from ivr.watch.metrics_port import MetricsPort
from sip.causes import Status
from sip.endpoint import SipEndpoint

_log = logging.getLogger(__name__)
A_DAY = 86_400.0  # seconds
SIGNAL = "SIGHUP"  # who published, when nobody told their name


class RunningLine:
    """A whole line in this process. `start` once, `stop` once, also after a failed start."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stack = AsyncExitStack()
        self._under_way: set[asyncio.Task[None]] = set()
        self._facts = Facts()
        self._metrics = Metrics()
        self._flows: LiveFlows
        self._exchange: Exchange
        self._hub: Hub
        self._attendant: Attendant
        self._accounts: AccountBook
        self._endpoint: SipEndpoint
        self._ears: SpeechClient

    @property
    def port(self) -> int:
        """The SIP port."""
        return self._endpoint.port

    @property
    def capacity(self) -> int:
        """Calls at once, callers and agents together."""
        return self._endpoint.capacity

    @property
    def people(self) -> Sequence[str]:
        """Names of those who take calls."""
        return self._exchange.people

    @property
    def hearing(self) -> str:
        """What understands callers, in words."""
        return self._ears.status.text

    async def start(self) -> None:
        """
        Start everything, from the ground up.

        Raises:
            SettingsError: Data folder or port are taken or cannot be had.
            FlowErrors: The flows or the wording are wrong.
        """
        settings = self._settings
        self._stack.enter_context(_own_folder(settings.data_folder))
        await self._start_flows()
        wording = load_wording(settings)
        speaker = await self._start_voice()
        self._ears = SpeechClient(settings.speech, data=settings.data_folder)
        await self._ears.start()
        self._stack.push_async_callback(self._ears.stop)
        messages = MessageBox(settings.messages_database)
        self._stack.push_async_callback(messages.close)
        clinic = await self._start_clinic(messages)
        records = CallBook(settings.call_book, cell=settings.cell_name)
        self._facts.subscribe(records.take)
        self._facts.subscribe(self._metrics.take)
        await records.start()
        self._stack.push_async_callback(records.close)
        self._endpoint = SipEndpoint(
            settings.line,
            on_call=self._ring,
            on_redirected=lambda info, observed: self._attendant.redirected(
                info, observed, call=_new_call()
            ),
        )
        exchange = self._exchange = self._connect(wording, speaker, messages)
        look = standing(
            self._endpoint, self._ears, cell=settings.cell_name, common=bool(settings.store.url)
        )
        self._hub = Hub(Look(exchange.front.queue, exchange.front.agents, look))
        self._facts.subscribe(self._hub.take)
        self._accounts = AccountBook(settings.account_book)
        self._stack.push_async_callback(self._accounts.close)
        self._start_sweeping(messages, records, exchange.notes)
        self._attendant = self._attend(wording, speaker, messages, clinic)
        await self._prewarm(speaker, self._flows.practice.book)
        self._flows.on_live = lambda book: self._spawn(self._prewarm(speaker, book))
        await self._endpoint.start()
        self._stack.push_async_callback(self._endpoint.stop)
        self._stack.push_async_callback(exchange.stop)
        await exchange.start(self._take_back)
        self._stack.push_async_callback(self._end_calls)
        looking = asyncio.get_running_loop().create_task(self._hub.run())
        self._stack.push_async_callback(_end, looking)
        await open_doors(settings, self._answers(exchange), self._stack)
        measuring = Measuring(self._endpoint, self._ears, exchange.front, records)
        metrics = MetricsPort(settings.metrics, self._metrics, measuring.read)
        await metrics.start()
        self._stack.push_async_callback(metrics.stop)

    async def stop(self) -> None:
        """Hang up, end every process, keep every row."""
        await self._stack.aclose()

    def publish(self) -> None:
        """Publish the flows folder soon, as if the operator had typed it; mistakes are logged."""
        self._spawn(self._flows.publish_saved(who=SIGNAL))

    # ------------------------------------------------------------ parts

    async def _start_flows(self) -> None:
        versions = VersionBook(self._settings.version_book)
        self._stack.push_async_callback(versions.close)
        self._flows = LiveFlows(self._settings, versions)
        await self._flows.start()
        if self._settings.flows.watch == "publish":
            watching = asyncio.get_running_loop().create_task(self._flows.watch())
            self._stack.push_async_callback(_end, watching)

    async def _start_voice(self) -> RecordedSpeaker:
        speech = self._settings.speech
        inner = PyttsxSpeaker(voices=voices_with(speech.voice), rate=speech.rate)
        self._stack.push_async_callback(inner.close)
        cached = CachedSpeaker(inner, self._settings.data_folder / "prompts")
        sounds, problems = await asyncio.to_thread(load_sounds, Path(self._settings.flows.prompts))
        for problem in problems:
            extra = {"file": problem.file, "line": problem.line, "rule": problem.rule}
            _log.warning("recorded prompt not as it should be", extra=extra)
        return RecordedSpeaker(cached, sounds)

    def _connect(self, wording: Wording, speaker: Speaker, messages: MessageBox) -> Exchange:
        return Exchange(
            self._settings,
            ExchangeMeans(
                lambda: self._flows.practice,
                wording,
                speaker,
                messages,
                dialler=self._endpoint,
                ring_line=self._ring_from_page,
                why=reasons(lambda call: self._hub.last(call)),  # noqa: PLW0108 - it looks at this
            ),
        )

    def _attend(
        self,
        wording: Wording,
        speaker: RecordedSpeaker,
        messages: MessageBox,
        clinic: Clinic,
    ) -> Attendant:
        handoff = self._settings.handoff
        return Attendant(
            Line(
                book=self._flows.book_for,
                start=self._settings.flows.start,
                wording=wording,
                speaker=speaker,
                voice=partial(self._voice, speaker, messages),
                clinic=clinic,
                switchboard=self._exchange.switchboard,
                phones=self._exchange.phones,
                converse=self._exchange.converse,
                limits=Limits(handoff.ring_for, handoff.accept_within),
                music=hold_music(),
                tell=self._facts.tell,
                hears=self._settings.speech.engine != "none",
                recordings=self._start_recordings(),
                accounts=self._accounts if self._settings.records.replay == "on" else None,
                when_closed=lambda queue: self._flows.practice.office.queue(queue).when_closed,
                cell=self._settings.cell_name,
                pseudonym=partial(pseudonym, secret=secret_in(self._settings.data_folder)),
            )
        )

    def _start_recordings(self) -> Recordings | None:
        if self._settings.records.record == "off":
            return None
        recordings = Recordings(self._settings.recordings_folder)
        self._stack.push_async_callback(recordings.close)
        return recordings

    def _start_sweeping(self, messages: MessageBox, records: CallBook, notes: NoteBook) -> None:
        folder = self._settings.recordings_folder
        work = self._sweep(Books(messages, notes, records, self._accounts, folder))
        sweeping = asyncio.get_running_loop().create_task(work)
        self._stack.push_async_callback(_end, sweeping)

    async def _sweep(self, books: Books) -> None:
        """Delete what was kept long enough, at start and then once a day."""
        while True:
            try:
                gone = await delete_expired(books, self._settings.records, now=datetime.now(UTC))
                _log.info("kept long enough, deleted", extra={"count": sum(gone.values())})
            except StoreError:
                _log.exception("what was kept long enough is not deleted; tried again tomorrow")
            await asyncio.sleep(A_DAY)

    async def _prewarm(self, speaker: RecordedSpeaker, book: FlowBook) -> None:
        try:
            await speaker.prewarm(fixed_prompts(book))
        except SpeechError:
            _log.exception("the line cannot speak; callers hear music and are put through")

    async def _start_clinic(self, messages: MessageBox) -> DemoClinic:
        settings = self._settings
        clinic = DemoClinic(
            settings.clinic_database, timeout=settings.clinic.timeout, messages=messages
        )
        self._stack.push_async_callback(clinic.close)
        try:
            await clinic.open()
        except ClinicError:
            _log.exception("the clinic does not answer yet; callers go to people")
        return clinic

    def _voice(
        self, speaker: RecordedSpeaker, box: MessageBox, call: str, queue: str, about: str
    ) -> Voice:
        keep = partial(box.keep_message, call=call, queue=queue, about=about)
        return Voice(speaker, self._ears, beep(), keep)

    # ------------------------------------------------------------ calls

    def _ring(self, leg: AudioLeg) -> None:
        self._spawn(self._attendant.take(leg, call=_new_call()))

    def _ring_from_page(self, leg: AudioLeg) -> None:
        if self._endpoint.status().taking:
            self._ring(leg)
        else:
            self._spawn(leg.hang_up(status=Status.SERVICE_UNAVAILABLE))

    def _spawn(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _take_back(self, leg: AudioLeg, place: Place, card: Card) -> bool:
        return await self._attendant.take_back(
            leg, place, ticket=place.ticket, card=card, call=_new_call()
        )

    async def _end_calls(self) -> None:
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    # ------------------------------------------------------------ operators

    def _answers(self, exchange: Exchange) -> Mapping[str, Askable]:
        operating = Operating(
            OperatingMeans(
                self._hub,
                Audit(self._settings.audit_log),
                lambda: self._flows.practice,
                self._attendant.visit,
                self._endpoint.drain,
                self._endpoint,
                exchange.phone,
            )
        )
        return {
            **self._hub.answers,
            "health": self._tell_health,
            **flow_questions(self._flows),
            **operating.recorded(exchange.answers),
            **operating.answers,
        }

    async def _tell_health(self) -> Mapping[str, Any]:
        status = f"{len(self._hub)} calls, {self.capacity} legs at most, {self.hearing}"
        return {"ok": True, "status": status, "port": self.port}


def _new_call() -> str:
    """Draw the opaque id of a call."""
    return secrets.token_hex(6)


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _own_folder(folder: Path) -> IO[str]:
    """
    Make the data folder this line's own, until the returned file is closed.

    Raises:
        SettingsError: Another line has it, or it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = (folder / "lock").open("w")
    except OSError as error:
        found = f"{folder}: {error.strerror}"
        raise SettingsError("data", found=found, accepted="a folder we can write") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        found = f"{folder}, where another line runs"
        accepted = "a folder of this line's own: --data DIR"
        raise SettingsError("data", found=found, accepted=accepted) from error
    return lock
