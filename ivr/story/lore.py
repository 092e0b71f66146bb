"""What an operator should know of each suspect: its name, when it is suspected, what to do."""

from collections.abc import Mapping
from dataclasses import dataclass

from ivr.audio.pcm import FRAME
from ivr.story import suspects as s
from ivr.story.suspects import Suspect


@dataclass(frozen=True, slots=True)
class Lore:
    """One suspect in words."""

    title: str
    when: str
    """What must be seen, with the bounds."""
    advice: str
    command: str = ""
    """What to type next; `{call}` and `{flow}` are filled in. `` for nothing."""


LORE: Mapping[Suspect, Lore] = {
    Suspect.CRASHED: Lore(
        "the line ended in the middle of the call",
        "the call's row was never closed",
        "See why the process ended: `journalctl -u clinic-line`, out of memory, a restart. "
        "Ring the caller back where the number is known to the clinic.",
        "ivr doctor",
    ),
    Suspect.BROKE: Lore(
        "an error in the line",
        "a conversation ended with an error of the program",
        "Send the log records of this call to who maintains the line; if the flows were "
        "published just before, go back to the version before.",
        "ivr flow versions",
    ),
    Suspect.LINE_FULL: Lore(
        "all lines taken",
        "the caller was redirected to the overflow number",
        "See how many calls a cell may carry; add a cell, or lines, for such hours.",
        "ivr cells",
    ),
    Suspect.REFUSED: Lore(
        "the line refused the call",
        "the INVITE got a SIP status of 400 or more from us, other than 401, 407 and 487",
        "488: no codec in common, see `line.codecs`. 503: the line drains or starts. "
        "403: the caller's address is in no trunk and not in `line.open_to`.",
        "ivr trunks",
    ),
    Suspect.NO_ACK: Lore(
        "our answer did not reach the carrier",
        "the 200 to the INVITE was sent again and no ACK came",
        "Signalling goes one way: check `line.address` (it must be one the carrier can reach), "
        "NAT and firewall for the SIP port.",
        "ivr trunks",
    ),
    Suspect.CANCELLED: Lore(
        "the caller gave up before the line answered",
        "a CANCEL came",
        "One such call is a caller who thought again. Many: the line answers late; see its load.",
        "ivr cells",
    ),
    Suspect.NOTHING_HEARD: Lore(
        "one-way audio: nothing of the caller arrived",
        f"no RTP packet of the caller in a call of {s.NO_SOUND_FROM:g} s or more",
        "The caller's sound goes to an address or port that does not reach the line: check "
        "`line.address`, NAT, and the firewall for the UDP ports from `line.rtp_port` on.",
        "ivr trunks",
    ),
    Suspect.SOUND_STOPPED: Lore(
        "the caller's sound stopped",
        f"no RTP packet in the last {s.SOUND_GONE_FROM:g} s of the call, not on hold; or the line "
        "gave the call up (`line.media_timeout`)",
        "Mostly the caller's phone lost its network. Many such calls on one trunk: ask the "
        "carrier; after a fixed time: a firewall forgets the connexion.",
        "ivr trunks",
    ),
    Suspect.NOT_HEARD_BY_CALLER: Lore(
        "one-way audio: the caller did not hear the line",
        f"the far end reports {s.FAR_LOSS:.0%} or more of our packets as lost (of "
        f"{s.ENOUGH_PACKETS} at least), or we sent none",
        "Our sound does not get out: check the firewall for UDP to the carrier, and that "
        "`line.address` is the address it leaves from.",
        "ivr trunks",
    ),
    Suspect.MUTED: Lore(
        "the caller's microphone was silent",
        f"nobody spoke or keyed, {s.SILENT_TURNS} questions met silence, and what came was below "
        f"{s.DIGITAL_SILENCE:g} dBFS",
        "A muted microphone, or a carrier that sends silence for sound. Many such calls on one "
        "trunk: ask the carrier.",
        "ivr trunks",
    ),
    Suspect.SPEECH_LOST: Lore(
        "the line could not hear: no recogniser",
        "no recogniser could be had in a call that went badly, or whose caller had spoken before; "
        "worth a look where the caller pressed keys alone",
        "The speech processes are down or cannot be reached: see `speech.engine`, the model, "
        "memory.",
        "ivr doctor",
    ),
    Suspect.SPEECH_DIED: Lore(
        "the recogniser died",
        "a speech process ended or hung in the call and was replaced",
        "Once a month is bad luck. More often: memory, a damaged model; check the model.",
        "ivr doctor",
    ),
    Suspect.NOT_SPOKEN: Lore(
        "the line could not speak",
        "a prompt could not be rendered",
        "The synthesiser fails: see that espeak-ng and the voice in `speech.voice` are there, "
        "and that the disk has room.",
        "ivr doctor",
    ),
    Suspect.CLINIC_DOWN: Lore(
        "the clinic's system did not answer",
        "an operation ended as unavailable",
        "Ask who runs the clinic's system whether it is up; callers go to people meanwhile. "
        "If it is only slow, see `clinic.timeout`.",
        "ivr doctor",
    ),
    Suspect.CLINIC_SLOW: Lore(
        "the clinic's system was slow",
        f"an operation took {s.CLINIC_SLOW:g} s or more, or the caller left while it was waited "
        "for that long",
        "Tell who runs the clinic's system the operation and the time of day. Give the state a "
        "`filler`, so that callers do not wait in silence.",
        "ivr flow show {flow}",
    ),
    Suspect.HELD: Lore(
        "the caller put the line on hold",
        f"on hold for {s.LONG_HOLD:g} s or more, or until the end of a call that went badly",
        "Nothing to mend: the line waits until the caller is back.",
    ),
    Suspect.PACKET_LOSS: Lore(
        "packets were lost",
        f"{s.LOSS:.0%} of the caller's RTP packets ({s.WORTH_A_LOOK_LOSS:.0%}: worth a look), of "
        f"{s.ENOUGH_PACKETS} at least",
        "A network drops sound: on one trunk ask the carrier; on all look at our own link, and "
        "give RTP priority over other traffic.",
        "ivr trunks",
    ),
    Suspect.JITTER: Lore(
        "packets came unevenly",
        f"jitter of {s.JITTER * 1000:g} ms or more, or {s.LATE:.0%} of the packets too late to be "
        f"heard, of {s.ENOUGH_PACKETS} at least",
        "A network or a wireless phone delays sound: on one trunk ask the carrier; on all look "
        "at our own link and at the load of this machine.",
        "ivr trunks",
    ),
    Suspect.DELAY: Lore(
        "a long way: both speak at once",
        f"{s.DELAY:g} s or more from mouth to ear",
        "The sound takes a detour: ask the carrier for a nearer gateway.",
        "ivr trunks",
    ),
    Suspect.SIGNALLING_LOSS: Lore(
        "SIP messages were lost",
        f"{s.REPEATED} or more were sent again",
        "The signalling path drops packets: check the link to the carrier, or use TCP.",
        "ivr trunks",
    ),
    Suspect.KEYS_AS_SOUND: Lore(
        "keys came as sound",
        f"{s.KEY_BURSTS} or more key tones in the audio",
        "The caller pressed keys, and the carrier sent the tones as sound, which the line does "
        "not take as keys: have it send RFC 4733 telephone-events.",
        "ivr trunks",
    ),
    Suspect.NOISE: Lore(
        "noise around the caller",
        f"speech less than {s.NOISE_GAP:g} dB above noise of {s.NOISY_FROM:g} dBFS or more",
        "A street, a television. If many callers have it, offer keys early in this question.",
        "ivr flow show {flow}",
    ),
    Suspect.TOO_LOUD: Lore(
        "the caller's sound was too loud and cut off",
        f"{s.CLIPPED:.0%} or more of the samples of an answer at full scale",
        "Many such calls on one trunk: a gateway amplifies too much, ask the carrier.",
        "ivr trunks",
    ),
    Suspect.TOO_QUIET: Lore(
        "the caller's sound was too quiet",
        f"speech at {s.QUIET:g} dBFS or less",
        "Many such calls on one trunk: a gateway attenuates, ask the carrier.",
        "ivr trunks",
    ),
    Suspect.ECHO: Lore(
        "the line interrupted itself",
        f"{s.ECHO_TIMES} or more prompts cut within {s.ECHO_WITHIN:g} s by what was no answer",
        "An echo of our prompts, or a loudspeaker phone. Many such calls on one trunk: ask the "
        "carrier for echo cancellation; `barge_in: no` helps where it happens.",
        "ivr flow show {flow}",
    ),
    Suspect.CUT_IN: Lore(
        "the beginning of answers was cut off",
        "an answer that was not understood stood at full level in its first frames",
        "Callers speak before we listen: shorten the prompt, or let it be interrupted "
        "(`barge_in: yes`).",
        "ivr flow show {flow}",
    ),
    Suspect.CUT_SHORT: Lore(
        "an answer was taken as over while the caller paused",
        f"the caller went on within {s.CUT_SHORT_WITHIN:g} s of the reply to what was not "
        "understood",
        "Ask for less at once, or tell callers that they may key it in.",
        "ivr flow show {flow}",
    ),
    Suspect.RECOGNISER_SLOW: Lore(
        "the recogniser was slow",
        f"{s.RECOGNISER_SLOW:g} s or more from the end of speech to its reading (worth a look "
        f"below {s.ANSWER_SLOW:g} s, or once), or "
        f"{s.DROPPED * FRAME:g} s of sound it had no time for",
        "The machine has too much to do: see its load, and `speech.processes`.",
        "ivr cells",
    ),
    Suspect.LOOP: Lore(
        "the flow led the caller in a circle",
        f"one state was entered {s.SAME_PLACE} times or more, and nothing came of the call",
        "Look at the way the call took, and give the circle a way out to a person.",
        "ivr flow show {flow} --call {call}",
    ),
    Suspect.WRONG_GRAMMAR: Lore(
        "callers answer what the question does not know",
        f"{s.MISSES} answers to one question were none of its grammar, and none was, with good "
        "sound",
        "Compare what the prompt asks for with what the question accepts; add the words callers "
        "use.",
        "ivr flow show {flow} --prompts",
    ),
    Suspect.WRONG_KEYS: Lore(
        "keys that mean nothing here",
        f"{s.MISSES} answers to one question were keys it does not know",
        "The prompt names other keys than the question has, or asks for another length.",
        "ivr flow show {flow} --prompts",
    ),
    Suspect.MISHEARD: Lore(
        "answers were misheard",
        f"{s.MISSES} answers were not understood, or taken for others, with good sound and not all "
        "at one question",
        "An accent, or words that sound alike. See whether the report shows the same question "
        "for many callers.",
        "ivr report",
    ),
    Suspect.UNCLEAR: Lore(
        "a question callers do not understand",
        f"{s.SILENT_TURNS} silences at one question, or {s.LOST_TURNS} silences and wishes for "
        "help or a repeat, of a caller who can be heard",
        "Ask for one thing, in everyday words; say where the caller finds it.",
        "ivr flow show {flow} --prompts",
    ),
    Suspect.SILENT: Lore(
        "the caller never said a word",
        f"{s.SILENT_TURNS} questions or more, all met with silence",
        "A call by mistake, a machine, or somebody who does not hear us: several such calls on "
        "one trunk mean one-way audio.",
        "ivr trunks",
    ),
    Suspect.SLOW_ANSWERS: Lore(
        "the line answered late",
        f"{s.ANSWER_SLOW:g} s or more from the end of an answer to ours, recogniser and clinic "
        "left out",
        "The machine has too much to do, or the synthesiser is slow: see the load.",
        "ivr cells",
    ),
    Suspect.AGENT_NOT_HEARD: Lore(
        "one-way audio to the agent",
        f"{s.ENOUGH_PACKETS} packets to the agent's phone and none from it, or it reports "
        f"{s.FAR_LOSS:.0%} as lost",
        "Check the agent's network: VPN, firewall, a phone behind another NAT than its SIP.",
        "ivr agents list",
    ),
    Suspect.AGENT_DROPPED: Lore(
        "the agent was lost in the middle of the talk",
        "the agent's phone, or the cell that carried it, went away during the talk",
        "Check the agent's network or phone; the caller was put at the head of the queue.",
        "ivr agents list",
    ),
    Suspect.NOBODY_SIGNED_IN: Lore(
        "nobody worked for the queue",
        "the queue was open, nobody was signed in for it",
        "Sign somebody in, let another queue help out, or change its hours.",
        "ivr agents list",
    ),
    Suspect.NOBODY_ANSWERED: Lore(
        "agents did not take the call",
        "phones of agents rang in vain and nobody talked to the caller "
        f"({s.RANG_IN_VAIN} times in vain: worth a look, also when somebody did)",
        "See whether they are at their desks, and pause those who are not; a phone that cannot "
        "be reached: check its address.",
        "ivr agents list",
    ),
    Suspect.LONG_WAIT: Lore(
        "the wait was too long",
        f"{s.LONG_WAIT:g} s or more in the queue",
        "Too few people for the calls of this hour: see the queue, and who could help out.",
        "ivr queue",
    ),
    Suspect.LEFT_WAITING: Lore(
        "the caller gave up waiting",
        f"hung up after {s.LEFT_AFTER:g} s or more in the queue",
        "See how many waited and who worked then; offer call-backs.",
        "ivr queue",
    ),
    Suspect.SHORT_TALK: Lore(
        "the talk ended at once",
        f"caller and agent were connected for less than {s.SHORT_TALK:g} s",
        "Ask the agent: a wrong key, a talk that broke off, or one side that heard nothing.",
        "ivr calls --notes {call}",
    ),
    Suspect.PATIENCE: Lore(
        "too many misunderstandings",
        "the call went to a person because attempts or patience were used up",
        "See which question it was, and what callers say there.",
        "ivr replay {call}",
    ),
}
