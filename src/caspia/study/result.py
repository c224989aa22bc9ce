"""The frozen answer of a study: tables and a manifest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from caspia.display import Drawn


@dataclass(frozen=True)
class Result(Drawn):
    """Tables of a study and how they were made.

    Attributes
    ----------
    tables : mapping of str to pandas.DataFrame
        `consignments`, `routes`, `legs`, `barred`, `facts`, `sources`, `places`, `links`, `basemap`, `validation`,
        `counts`, and those of flows that `caspia.study.flow_columns.COLUMNS` lists; their columns are documented
        in docs/results.md and in the comments of results.duckdb.
    manifest : mapping
        Version, data hash, seed, settings, price year, counts.
    """

    tables: Mapping[str, pd.DataFrame]
    manifest: Mapping[str, object]
