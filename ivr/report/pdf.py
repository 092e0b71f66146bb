"""The same page on paper. The one door to WeasyPrint, which needs libraries of the system."""

from enum import StrEnum

from ivr.errors import ProgramError

LIBRARIES = "libpango-1.0-0 libpangoft2-1.0-0 fonts-dejavu-core"
"""Debian's packages; without any font the page would be empty."""


class Paper(StrEnum):
    """What a printer holds."""

    LETTER = "letter"
    A4 = "a4"


def pdf_of(page: str, paper: Paper) -> bytes:
    """
    Set *page*, which needs nothing beside it, as a PDF that screen readers can read (PDF/UA).

    Raises:
        ProgramError: A library of the system is missing.
    """
    try:
        # Only here: it takes a second, and what it needs may not be on this machine.
        from weasyprint import CSS, HTML, URLFetcher  # noqa: PLC0415
    except OSError as error:
        raise ProgramError(
            f"a PDF needs libraries that are not on this machine: apt-get install {LIBRARIES}; "
            "or print the HTML file from a browser"
        ) from error
    style = CSS(string=f"@page {{ size: {paper} }}")
    nothing = URLFetcher(allowed_protocols=())  # the page holds all it needs
    document = HTML(string=page, url_fetcher=nothing)
    written = document.write_pdf(stylesheets=[style], pdf_variant="pdf/ua-1")
    return bytes(written or b"")
