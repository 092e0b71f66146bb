"""Text as people read it in terminals and on pages."""


def printable(text: str) -> str:
    """Leave out what would steer the terminal: each such character becomes a blank."""
    return text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)


def clock(seconds: int) -> str:
    """Write a duration of whole *seconds*, 0 or more, as on a clock: `1:05`, or `2:01:05`."""
    hours, rest = divmod(seconds, 3600)
    shown = f"{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"
    return f"{hours}:{shown}" if hours else shown
