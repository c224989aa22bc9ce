"""What supply is to do without: states and waters, as words of an option or as rows of a table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from caspia.data import Dataset
from caspia.errors import InputError, Problem
from caspia.network import normalise

BOTH = ";"


@dataclass(frozen=True)
class Closing:
    """Something that stops.

    Attributes
    ----------
    name : str
        How tables name it: codes and waters joined by `,`.
    label : str
        The same in full names, joined by `;`.
    states : tuple of str
        States that let nothing pass.
    origins : tuple of str
        States that sell nothing.
    waters : tuple of str
        Waters that nothing passes.
    """

    name: str
    states: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    waters: tuple[str, ...] = ()
    label: str = ""


USUAL = (("RU",), ("CN",), ("RU", "CN"), ("IR",), ("hormuz",), ("suez-canal",))
"""What every answer does without, in turn."""


def all_waters(data: Dataset) -> tuple[str, ...]:
    """Waters that the data know.

    Parameters
    ----------
    data : Dataset
        With the tables links and sea_ways.

    Returns
    -------
    tuple of str
        In order.
    """
    cells = [*data.tables["links"]["waters"], *data.tables["sea_ways"]["waters"]]
    return tuple(sorted({water for cell in cells for water in cell.split(BOTH) if water}))


def read_closing(data: Dataset, words: tuple[str, ...]) -> Closing:
    """A closing from words.

    Parameters
    ----------
    data : Dataset
        Tables.
    words : tuple of str
        ISO codes or names of states, blocs, or waters; `suez` will do for `suez-canal`.

    Returns
    -------
    Closing
        States neither sell nor let pass.

    Raises
    ------
    InputError
        A word is no state, bloc or water.
    """
    countries = data.tables["countries"]
    codes = {normalise(name): code for code, name in zip(countries["id"], countries["name"], strict=True)}
    codes |= {normalise(code): code for code in countries["id"]}
    known = all_waters(data)
    states: list[str] = []
    waters: list[str] = []
    for word in words:
        slug = word.strip().lower().replace(" ", "-")
        named = [water for water in known if slug and (water == slug or water.startswith(f"{slug}-"))]
        if normalise(word) in codes:
            states.append(codes[normalise(word)])
        elif word.strip().upper() in data.blocs:
            states += data.blocs[word.strip().upper()]
        elif len(named) == 1:
            waters += named
        else:
            allowed = f"ISO code or name of a state, a bloc ({', '.join(sorted(data.blocs))}) or a water"
            what = "unknown state or water"
            raise InputError(
                Problem(what, "--without", repr(word), f"{allowed}: {', '.join(known)}", "correct the word")
            )
    states = list(dict.fromkeys(states))
    full = dict(zip(countries["id"], countries["name"], strict=True))
    label = BOTH.join([*(full[code] for code in states), *waters])
    return Closing(",".join([*states, *waters]), tuple(states), tuple(states), tuple(waters), label)


def supply_events(data: Dataset) -> tuple[npt.NDArray[np.int64], list[Closing]]:
    """Events of the record that supply feels.

    Parameters
    ----------
    data : Dataset
        With the table events.

    Returns
    -------
    rows : numpy.ndarray of int, shape (n,)
        Rows of the table.
    closings : list of Closing
        What each stops, in the same order.
    """
    table = data.tables["events"]
    rows = np.flatnonzero(table["supply"] != "").astype(np.int64)
    return rows, [_stopped(str(table["supply"].iloc[row]), str(table["name"].iloc[row])) for row in rows.tolist()]


def _stopped(supply: str, name: str) -> Closing:
    """What one event stops: transit through a state, the exports of one, or a water."""
    kind, _, target = supply.partition(":")
    if kind == "transit":
        return Closing(name, states=(target,))
    return Closing(name, origins=(target,)) if kind == "origin" else Closing(name, waters=(target,))
