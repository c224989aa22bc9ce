"""Amounts of money as people write them, in dollars."""

from __future__ import annotations

import re

from caspia.data import Dataset
from caspia.errors import InputError, Problem, UnknownName
from caspia.investment.terms import exchange
from caspia.units import PRICE_YEAR

_SCALES = {"": 1.0, "k": 1e3, "m": 1e6, "mn": 1e6, "million": 1e6, "bn": 1e9, "b": 1e9, "billion": 1e9}
_SCALES |= {"tn": 1e12, "trillion": 1e12}
_AMOUNT = re.compile(r"([0-9][0-9_,.]*(?:[eE][+-]?[0-9]+)?)\s*([A-Za-z]*)")
_FORM = 'a number and a currency, as "3e12 JPY", "3.7 billion USD" or "EUR 10bn"'


def dollars(text: str, data: Dataset, where: str, year: int = PRICE_YEAR) -> float:
    """Dollars of an amount of money.

    Parameters
    ----------
    text : str
        Number, perhaps with a word for its size (k, million, bn, trillion), and ISO 4217 code before or behind;
        commas and underscores part thousands.
    data : Dataset
        With the table currencies.
    where : str
        How messages name the amount.
    year : int
        Year whose exchange rate counts.

    Returns
    -------
    float
        Dollars, 0 or more.

    Raises
    ------
    InputError
        The text is no amount, or its currency is unknown.
    """
    words = text.strip()
    code, rest = "", words
    for found in re.finditer(r"\b[A-Z]{3}\b", words):
        code, rest = found.group(), (words[: found.start()] + words[found.end() :]).strip()
    matched = _AMOUNT.fullmatch(rest)
    if matched is None or matched.group(2).lower() not in _SCALES or not code:
        raise InputError(Problem("not an amount of money", where, repr(text), _FORM, "write number and currency"))
    try:
        number = float(matched.group(1).replace(",", "").replace("_", ""))
    except ValueError as error:
        raise InputError(Problem("not a number", where, repr(text), _FORM, "mend the number")) from error
    amount = number * _SCALES[matched.group(2).lower()]
    if not amount < 1e18:
        raise InputError(
            Problem("amount of money out of range", where, repr(text), "below 1e18", "mend the number")
        )
    if code == "USD":
        return amount
    try:
        return amount / exchange(data, code, year).per_usd
    except UnknownName as error:
        known = "USD, " + ", ".join(data.tables["currencies"]["id"])
        raise InputError(Problem("unknown currency", where, code, known, "name one of these")) from error
