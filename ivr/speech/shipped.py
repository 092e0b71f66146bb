"""Where the model that comes with the project is."""

from pathlib import Path

TINY = Path(__file__).resolve().parents[2] / "models" / "tiny-vosk"
