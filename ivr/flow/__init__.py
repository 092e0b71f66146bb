"""Flows: what a call should do, as data. Pure."""
