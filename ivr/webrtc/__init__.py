"""Browsers as parties of a call: agents at the console, callers at a page, their audio."""
