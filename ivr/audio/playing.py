"""Sending a sound frame by frame."""

from ivr.audio.pcm import FRAME_BYTES


class Playing:
    """One `play` of a leg: whoever clocks the leg takes its frames until it is `done`."""

    __slots__ = ("done", "loop", "pcm", "position", "token")

    def __init__(self, pcm: bytes, *, token: int, loop: bool) -> None:
        self.pcm = pcm
        self.token = token
        self.loop = loop and bool(pcm)
        self.position = 0
        self.done = False

    def next_frame(self) -> bytes:
        """Return the next frame, the last one filled up with silence; a loop has no last one."""
        frame = self.pcm[self.position : self.position + FRAME_BYTES]
        self.position += FRAME_BYTES
        while self.loop and len(frame) < FRAME_BYTES:
            self.position = FRAME_BYTES - len(frame)
            frame += self.pcm[: self.position]
        if not self.loop and self.position >= len(self.pcm):
            self.done = True
        return frame.ljust(FRAME_BYTES, b"\0")
