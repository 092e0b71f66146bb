"""Several processes behind one SIP front. Empty until then: one process carries every call."""
