"""Live state that several cells share. Empty until then: one cell keeps its own in memory."""
