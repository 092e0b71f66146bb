"""Which answers are understood at a question: what may be heard, how it is read."""
