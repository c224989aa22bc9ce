"""Finding places by code or by name in any usual spelling."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterator

import pandas as pd

from caspia.errors import Problem, UnknownName

# Letters that Unicode does not decompose into a base letter and a mark.
_LATIN = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "ə": "e", "ö": "o", "ü": "u"})


def normalise(text: str) -> str:
    """Fold a name to its comparable form.

    Parameters
    ----------
    text : str
        A name in any script.

    Returns
    -------
    str
        Lower case letters and digits without marks, spaces or punctuation.

    Examples
    --------
    >>> normalise("Małaszewicze") == normalise("Malaszewicze"), normalise("Xi'an") == normalise("XIAN")
    (True, True)
    """
    folded = unicodedata.normalize("NFKD", text.casefold().translate(_LATIN))
    return re.sub(r"[\W_]+", "", "".join(char for char in folded if not unicodedata.combining(char)))


def spellings(places: pd.DataFrame) -> Iterator[tuple[str, int]]:
    """Every normalised id, code and name, with the row of its place.

    Parameters
    ----------
    places : pandas.DataFrame
        Table places.

    Yields
    ------
    spelling : str
        As `normalise` folds it; several places may share one.
    row : int
        Row of the table.
    """
    for row, place in enumerate(places.itertuples()):
        names = [place.id, place.unlocode, place.name, *place.alt_names.split(";")]
        # "Khorgos (Altynkol)" is found as either name.
        names += [part for part in re.split(r"[()/,]", place.name) if part.strip() != place.name]
        for name in names:
            if key := normalise(name):
                yield key, row


def find_place(places: pd.DataFrame, text: str) -> int:
    """Row of the one place that a code or name means.

    Parameters
    ----------
    places : pandas.DataFrame
        Table places.
    text : str
        UN/LOCODE, id, or name in any usual spelling.

    Returns
    -------
    int
        Row of the table.

    Raises
    ------
    UnknownName
        No place answers to it, or several; the message suggests some.
    """
    exact = (places["id"] == text.strip().upper()).to_numpy()
    if exact.any():
        return int(exact.argmax())
    key = normalise(text)
    known = list(spellings(places))
    by_id = [row for row, place in enumerate(places["id"]) if normalise(place) == key]
    rows = by_id or sorted({row for spelling, row in known if spelling == key})
    if len(rows) == 1:
        return rows[0]
    if rows:
        preferred = [row for row in rows if normalise(places["name"].iloc[row]) == key]
        if len(preferred) == 1:
            return preferred[0]
        raise UnknownName(
            Problem(
                what="several places answer to this name",
                where="place",
                got=repr(text),
                allowed="; ".join(_label(places, row) for row in rows[:6]),
                repair="give the code",
            )
        )
    raise UnknownName(
        Problem(
            what="unknown place",
            where="place",
            got=repr(text),
            allowed="; ".join(_label(places, row) for row in suggest(places, text)) or "a place of the data",
            repair="choose one of these, or search with `caspia places QUERY`",
        )
    )


def suggest(places: pd.DataFrame, text: str, limit: int = 5) -> list[int]:
    """Places whose names come nearest to a text.

    Parameters
    ----------
    places : pandas.DataFrame
        Table places.
    text : str
        A name, perhaps misspelt.
    limit : int
        Greatest number of places.

    Returns
    -------
    list of int
        Rows of the table, nearest first; empty if nothing comes near.
    """
    known = list(spellings(places))
    close = difflib.get_close_matches(normalise(text), {key for key, _ in known}, n=3 * limit, cutoff=0.6)
    rows = [row for key in close for spelling, row in known if spelling == key]
    return list(dict.fromkeys(rows))[:limit]


def search_places(places: pd.DataFrame, query: str) -> pd.DataFrame:
    """Places whose code or name contains a text, or else the nearest spellings.

    Parameters
    ----------
    places : pandas.DataFrame
        Table places.
    query : str
        Any part of a name; a two-letter country code lists the country.

    Returns
    -------
    pandas.DataFrame
        Rows of the table.
    """
    if re.fullmatch(r"[A-Z]{2}", query):
        found = places[places["country"] == query]
        if len(found):
            return found
    key = normalise(query)
    rows = sorted({row for spelling, row in spellings(places) if key and key in spelling})
    return places.iloc[rows or suggest(places, query)]


def _label(places: pd.DataFrame, row: int) -> str:
    return f"{places['id'].iloc[row]} {places['name'].iloc[row]} ({places['country'].iloc[row]})"
