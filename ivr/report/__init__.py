"""The report for a practice manager: figures of a period, counted, judged, and set as a page."""
