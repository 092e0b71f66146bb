"""Giving the caller to a person: a machine of events and actions. Pure."""
