"""The databases that reports are made from: the same as those of the records."""

from tests.records.conftest import postgres, where

__all__ = ["postgres", "where"]
