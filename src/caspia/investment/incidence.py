"""Who bears the cost of a project and who gains, by party."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from caspia.errors import InputError, Problem
from caspia.investment.returns import net_present_value

COLUMNS = ("cost_usd", "given_usd", "received_usd", "revenue_usd", "user_benefit_usd")

ByParty = Mapping[str, npt.ArrayLike]
Transfers = Mapping[tuple[str, str], npt.ArrayLike]


def incidence(
    cost_usd: ByParty,
    revenue_usd: ByParty,
    user_benefit_usd: ByParty,
    transfers_usd: Transfers,
    discount_pct: float,
) -> pd.DataFrame:
    """Sum up by party what it pays, gives, receives and gains, in present value.

    Parameters
    ----------
    cost_usd : mapping of str to array_like
        Outlay by who bears it (a state, an owner, a lender), one value a year from the same first year.
    revenue_usd : mapping of str to array_like
        Income by who takes it.
    user_benefit_usd : mapping of str to array_like
        Benefit of users by where they are.
    transfers_usd : mapping of (str, str) to array_like
        What the first party gives the second: grants, and the grant equivalent of loans by lender and borrower.
    discount_pct : float
        Percent a year.

    Returns
    -------
    pandas.DataFrame
        One row a party, by net gain: `party`, `cost_usd`, `given_usd`, `received_usd`, `revenue_usd`,
        `user_benefit_usd`, `net_usd`, and `cost_share` and `gain_share` of all cost and of all gain (NaN where
        there is none). What is given sums to what is received.

    Raises
    ------
    InputError
        Values that are not finite, a rate not above -100, a transfer of a party to itself.

    References
    ----------
    Asian Development Bank (2017), Guidelines for the economic analysis of projects, chapter on the distribution of
    project effects.

    Examples
    --------
    >>> table = incidence({"KZ": [100]}, {"KZ": [0, 66]}, {"DE": [0, 55]}, {("JP", "KZ"): [20]}, 10.0)
    >>> table[["party", "net_usd"]].round(1).values.tolist()
    [['DE', 50.0], ['JP', -20.0], ['KZ', -20.0]]
    """
    heads: dict[str, dict[str, float]] = {name: {} for name in COLUMNS}
    for name, parties in (
        ("cost_usd", cost_usd),
        ("revenue_usd", revenue_usd),
        ("user_benefit_usd", user_benefit_usd),
    ):
        heads[name] = {party: net_present_value(flows, discount_pct) for party, flows in parties.items()}
    for (giver, taker), flows in transfers_usd.items():
        if giver == taker:
            raise InputError(
                Problem("a party gives to itself", "transfers_usd", giver, "two parties", "leave the transfer out")
            )
        worth = net_present_value(flows, discount_pct)
        heads["given_usd"][giver] = heads["given_usd"].get(giver, 0.0) + worth
        heads["received_usd"][taker] = heads["received_usd"].get(taker, 0.0) + worth
    parties_found = sorted({party for head in heads.values() for party in head})
    table = pd.DataFrame({"party": parties_found})
    for name in COLUMNS:
        table[name] = [heads[name].get(party, 0.0) for party in parties_found]
    table["net_usd"] = table[["received_usd", "revenue_usd", "user_benefit_usd"]].sum(axis=1) - table[
        ["cost_usd", "given_usd"]
    ].sum(axis=1)
    table["cost_share"] = _share(table["cost_usd"])
    table["gain_share"] = _share(table["revenue_usd"] + table["user_benefit_usd"])
    return table.sort_values(["net_usd", "party"], ascending=[False, True], ignore_index=True)


def _share(values: pd.Series) -> pd.Series:
    total = float(values.sum())
    return values / total if total else values * np.nan
