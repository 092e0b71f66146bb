"""What may be said, shown and kept. Pure."""
