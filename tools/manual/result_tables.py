"""Every table and column of a result."""

from __future__ import annotations


def result_tables() -> str:
    """Write them."""
    return ""
