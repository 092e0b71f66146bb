"""A scripted caller, and an agent to answer it, on real SIP calls."""
