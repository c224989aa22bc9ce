"""What it costs to haul empty boxes and wagons back: the loaded cargo that leaves them pays for it.

A tonne that travels in boxes brings 1/t boxes, t the tonnes in a box; of these the share of the commodity that
goes back empty is hauled the same way at the price of an empty box. A tonne of bulk does the same with wagons.
Lines for which no price of an empty haul is stated charge nothing: ships' fares and lorries' rates are for the
round trip, and pipelines have none.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from caspia.cost.lookup import Lookup
from caspia.data import Dataset
from caspia.network import ArcKind

FloatArray = npt.NDArray[np.float64]


def empty_haul_usd_per_t(look: Lookup, data: Dataset) -> FloatArray:
    """Price of the empty haul that a tonne of each commodity causes on each arc.

    Parameters
    ----------
    look : Lookup
        Network and facts.
    data : Dataset
        Commodities with `empty_return_share` and `cargo_t_per_teu`.

    Returns
    -------
    numpy.ndarray, shape (n_commodities, n_arcs)
        Dollars a tonne, 0 or more; 0 where no price is stated.
    """
    lines = look.network.arcs.kind == ArcKind.LINE
    length = np.where(lines, look.network.arcs.length_km, 0.0)
    per_teu = np.nan_to_num(look.value("empty_haul_usd_per_teu_km")) * length
    wagon = look.value("wagon_payload_t")
    per_wagon = np.nan_to_num(look.value("empty_haul_usd_per_wagon_km")) * length
    per_bulk_t = np.where(wagon > 0, per_wagon / np.where(wagon > 0, wagon, 1.0), 0.0)
    share = data.values("commodities", "empty_return_share", 0.0)
    boxed = (data.tables["commodities"]["form"] == "container").to_numpy()
    tonnes = data.values("commodities", "cargo_t_per_teu", np.inf)
    boxes = np.where(boxed, 1.0 / tonnes, 0.0)
    wagons = np.where(boxed, 0.0, 1.0)
    return np.asarray(np.outer(share * boxes, per_teu) + np.outer(share * wagons, per_bulk_t), dtype=np.float64)
