"""Samples: 8 kHz 16-bit mono little-endian PCM in frames of 20 ms. Pure."""
