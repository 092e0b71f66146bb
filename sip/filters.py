"""
Small programs for the kernel (classic BPF) on pjsip's UDP sockets.

What they drop or divert costs pjsip nothing. They need no privilege. The sockets are
found by their local address among this process's open files; a duplicate of the file
is changed and closed at once, because it would keep the port bound.
"""

import ctypes
import os
import socket
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sip.sockets import ANY

SO_ATTACH_FILTER = 26  # asm-generic/socket.h; the socket module lacks the names
SO_DETACH_FILTER = 27
SO_ATTACH_REUSEPORT_CBPF = 51

LOAD_WORD = 0x20  # linux/bpf_common.h: BPF_LD | BPF_W | BPF_ABS
LOAD_HALF = 0x28  # BPF_LD | BPF_H | BPF_ABS
LOAD_LENGTH = 0x80  # BPF_LD | BPF_W | BPF_LEN
JUMP_EQUAL = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
JUMP_GREATER = 0x25  # BPF_JMP | BPF_JGT | BPF_K
RETURN = 0x06  # BPF_RET | BPF_K
SOURCE_ADDRESS = 0xFFF00000 + 12  # SKF_NET_OFF: the IPv4 header
SOURCE_PORT = 0  # a UDP socket's filter starts at the UDP header
ACCEPT, DROP = 0xFFFFFFFF, 0

Instruction = tuple[int, int, int, int]
"""Code, jump if true, jump if false, operand."""


@dataclass(frozen=True, slots=True)
class Source:
    """Who may send: an IPv4 address and its ports; no port: any."""

    address: str
    ports: tuple[int, ...] = ()


def only_from(sources: Sequence[Source]) -> list[Instruction]:
    """Write the program that accepts datagrams of *sources*."""
    program: list[Instruction] = []
    for source in sources:
        address = struct.unpack("!I", socket.inet_aton(source.address))[0]
        if not source.ports:
            program += [
                (LOAD_WORD, 0, 0, SOURCE_ADDRESS),
                (JUMP_EQUAL, 0, 1, address),
                (RETURN, 0, 0, ACCEPT),
            ]
        for port in source.ports:
            program += [
                (LOAD_WORD, 0, 0, SOURCE_ADDRESS),
                (JUMP_EQUAL, 0, 3, address),
                (LOAD_HALF, 0, 0, SOURCE_PORT),
                (JUMP_EQUAL, 0, 1, port),
                (RETURN, 0, 0, ACCEPT),
            ]
    return [*program, (RETURN, 0, 0, DROP)]


def longer_than(size: int) -> list[Instruction]:
    """Write the program that chooses the group's second socket for payloads over *size* bytes."""
    return [
        (LOAD_LENGTH, 0, 0, 0),
        (JUMP_GREATER, 0, 1, size),
        (RETURN, 0, 0, 1),
        (RETURN, 0, 0, 0),
    ]


def attach(sock: socket.socket, option: int, program: Sequence[Instruction]) -> None:
    """Give *program* to the kernel; raises OSError."""
    code = b"".join(struct.pack("=HBBI", *instruction) for instruction in program)
    kept = ctypes.create_string_buffer(code, len(code))
    pointer = struct.pack("@HxxxxxxQ", len(program), ctypes.addressof(kept))
    sock.setsockopt(socket.SOL_SOCKET, option, pointer)


def accept_only(local: str, sources: Sequence[Source]) -> bool:
    """
    Let only *sources* send to our UDP socket at *local* (`address:port`); none: everybody.

    Returns:
        Whether the socket was found and the kernel took the filter.
    """
    with udp_socket(local) as sock:
        if sock is None:
            return False
        try:
            if sources:
                attach(sock, SO_ATTACH_FILTER, only_from(sources))
            else:
                sock.setsockopt(socket.SOL_SOCKET, SO_DETACH_FILTER, 0)
        except OSError:
            return not sources  # there was no filter to take away
        return True


@contextmanager
def udp_socket(local: str) -> Iterator[socket.socket | None]:
    """Find this process's UDP socket at *local*, and lend a duplicate of it."""
    address, _, port = local.rpartition(":")
    wanted = {(address, int(port)), (ANY, int(port))} if port.isdecimal() else set()
    found = _find(wanted)
    try:
        yield found
    finally:
        if found:
            found.close()


def _find(wanted: set[tuple[str, int]]) -> socket.socket | None:
    for candidate in _open_sockets():
        if candidate.type == socket.SOCK_DGRAM and candidate.getsockname() in wanted:
            return candidate
        candidate.close()
    return None


def end_streams(port: int) -> None:
    """
    End our TCP connections at local *port*; pjsip then reads their end and lets them go.

    Bytes that come while pjsip is destroyed would crash it.
    """
    for candidate in _open_sockets():
        with candidate:
            if candidate.type == socket.SOCK_STREAM and candidate.getsockname()[1] == port:
                with suppress(OSError):  # the listener has nothing to end
                    candidate.shutdown(socket.SHUT_RDWR)


def _open_sockets() -> Iterator[socket.socket]:
    """Yield a duplicate of each IPv4 socket this process has open; the taker closes it."""
    for entry in Path("/proc/self/fd").iterdir():
        try:
            if not entry.readlink().name.startswith("socket:"):
                continue
            duplicate = socket.socket(fileno=os.dup(int(entry.name)))
        except OSError:
            continue  # closed meanwhile: the folder's own file among them
        if duplicate.family == socket.AF_INET:
            yield duplicate
        else:
            duplicate.close()
