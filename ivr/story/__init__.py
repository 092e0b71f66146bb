"""What happened in calls, as facts: pure values that hold nothing a patient said, keyed or is."""
