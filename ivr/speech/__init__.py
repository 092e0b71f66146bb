"""Hearing and speaking: engines in processes of their own, and the clients that reach them."""
