"""Seeing what the line does now."""
