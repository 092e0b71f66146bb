"""Bringing callers and agents together: the queue of all cells, as one cell sees it."""
