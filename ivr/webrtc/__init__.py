"""Browsers as parties of a call. Empty until agents answer in one: they have SIP phones."""
