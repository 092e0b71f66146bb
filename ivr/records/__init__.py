"""What is kept: a row of each call, consented recordings, who looked at them, and until when."""
