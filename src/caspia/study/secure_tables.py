"""Supply security of all minerals, and the spread of all exporters, as tables of a result."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

import pandas as pd

from caspia.errors import InputError
from caspia.study.exporters import CENTRAL_ASIA, export_worlds, exporter, find_exporter
from caspia.study.optional_tables import SECURED
from caspia.study.secure import SecureRequest, secure
from caspia.study.study import Study
from caspia.study.supply_data import PREFIX

Tell = Callable[[str, int, int], None]
NEEDED = ("minerals", "needs", "demand")
"""Without these there is nothing to secure."""
PREFIXES = ("secure_", "exporter_")


def secure_tables(study: Study, tell: Tell) -> dict[str, pd.DataFrame]:
    """Answer for every need of the data, and for every Central Asian exporter.

    Parameters
    ----------
    study : Study
        Data and network.
    tell : callable
        Told stage, number done and number of all.

    Returns
    -------
    dict of str to pandas.DataFrame
        The tables of `SECURED`; nothing where the data have no minerals, needs or
        demand, or the settings want no plans.

    Raises
    ------
    caspia.errors.NotConverged
        No equilibrium was reached.
    """
    if not study.settings.rollout_draws or any(study.data.tables[name].empty for name in NEEDED):
        return {}
    return {**_minerals(study, tell), **_exporters(study, tell)}


def _minerals(study: Study, tell: Tell) -> dict[str, pd.DataFrame]:
    needs = study.data.tables["needs"]
    parts: dict[str, list[pd.DataFrame]] = defaultdict(list)
    for row in range(len(needs)):
        name = str(needs["mineral_id"].iloc[row]).removeprefix(PREFIX)
        importer = str(needs["country"].iloc[row])
        answer = secure(study, SecureRequest(name, importer))
        parts["summary"].append(pd.DataFrame([dict(answer.summary)]))
        for key, table in answer.tables.items():
            marked = table.drop(
                columns=[column for column in ("commodity",) if column in table and key != "stages"]
            )
            if key == "stages":
                marked = marked.rename(columns={"commodity": "part", "name": "part_name"})
            marked.insert(0, "commodity", name)
            marked.insert(1, "importer", importer)
            parts[key].append(marked)
        tell("Supply", row + 1, len(needs))
    return {f"secure_{key}": _stacked(found) for key, found in parts.items()}


def _exporters(study: Study, tell: Tell) -> dict[str, pd.DataFrame]:
    known = [code for code in CENTRAL_ASIA if _is_exporter(study, code)]
    if not known:
        return {name: pd.DataFrame() for name in SECURED if name.startswith("exporter")}
    worlds = export_worlds(study, None, tell, draw=study.settings.flow_draws > 0)
    parts: dict[str, list[pd.DataFrame]] = defaultdict(list)
    for code in known:
        for key, table in exporter(worlds, code).tables.items():
            parts[key].append(table)
    names = {"worlds": "exporters"}
    return {names.get(key, f"exporter_{key}"): _stacked(found) for key, found in parts.items()}


def _is_exporter(study: Study, code: str) -> bool:
    try:
        return find_exporter(study, code) == code
    except InputError:
        return False


def _stacked(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Tables below each other; those without rows only say which columns there would be."""
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else frames[0]
