"""What flows ask of the practice, and practices that answer."""
