"""How a result was made, and what it was made of: the manifest, and counts of objects and facts."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict

import pandas as pd

import caspia
from caspia.data import Dataset
from caspia.study.study import Study
from caspia.units import PRICE_YEAR

OBJECT_TABLES = ("places", "links", "terminals", "borders", "services", "commodities", "sources")


def manifest(study: Study) -> dict[str, object]:
    """How a result was made: enough to make it again.

    Parameters
    ----------
    study : Study
        Data and settings.

    Returns
    -------
    dict of str to object
        Versions, hash of the data, seed, settings, time of making (UTC) and counts.
    """
    return {
        "version": caspia.__version__,
        "data_name": study.data.name,
        "data_hash": study.data.sha256,
        "scenario": study.scenario.id if study.scenario else "",
        "scenario_title": study.scenario.title if study.scenario else "",
        "seed": study.settings.seed,
        "draws": study.settings.draws,
        "price_year": PRICE_YEAR,
        "base_year": PRICE_YEAR,
        "settings": asdict(study.settings),
        "created": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "counts": dict(counts(study.data).itertuples(index=False)),
    }


def counts(data: Dataset) -> pd.DataFrame:
    """Number of objects by table and of facts by method.

    Parameters
    ----------
    data : Dataset
        Tables and facts.

    Returns
    -------
    pandas.DataFrame
        Columns `what` and `count`.
    """
    rows: list[tuple[str, int]] = [(name, len(data.tables[name])) for name in OBJECT_TABLES]
    methods = data.facts.frame["method"].value_counts()
    rows.append(("facts", len(data.facts.frame)))
    rows += [
        (f"facts_{name}", int(methods.get(name, 0)))
        for name in ("measured", "reported", "derived", "estimated", "assumed")
    ]
    return pd.DataFrame(rows, columns=["what", "count"])
