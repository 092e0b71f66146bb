"""Who waits and who can answer: in memory for one cell, on Redis for several."""
