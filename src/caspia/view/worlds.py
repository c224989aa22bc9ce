"""Of which world an answer is: the line that names its scenario."""

from __future__ import annotations

from collections.abc import Mapping


def world_line(manifest: Mapping[str, object]) -> str:
    """Say of which scenario a result is.

    Parameters
    ----------
    manifest
        Of a result, with `scenario` and `scenario_title` where it is of one.

    Returns
    -------
    str
        Empty for the data as they are.

    Examples
    --------
    >>> world_line({"scenario": "iran-closed", "scenario_title": "No transit through Iran"})
    'Scenario iran-closed: No transit through Iran'
    >>> world_line({"scenario": ""})
    ''
    """
    name, title = (str(manifest.get(key, "")) for key in ("scenario", "scenario_title"))
    if not name:
        return ""
    return f"Scenario {name}: {title}" if title else f"Scenario {name}"
