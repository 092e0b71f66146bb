"""The one audio format inside the line, and arithmetic on it."""

SAMPLE_RATE_HZ = 8000
FRAME = 0.020  # seconds; one RTP packet of G.711
SAMPLE_BYTES = 2  # signed 16-bit little-endian
FRAME_SAMPLES = 160
FRAME_BYTES = FRAME_SAMPLES * SAMPLE_BYTES
SILENT_FRAME = bytes(FRAME_BYTES)


def duration(pcm: bytes) -> float:
    """Tell how long *pcm* plays, in seconds."""
    return len(pcm) / (SAMPLE_RATE_HZ * SAMPLE_BYTES)
