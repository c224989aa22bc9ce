"""Measure searches and whole questions on the built-in network, beside networkx and igraph in the same run.

Run ``python benchmarks/real_network.py``.
"""

from __future__ import annotations

import numpy as np

import caspia
from caspia.routing import alternatives
from caspia.study import Request, Study
from routing import Row, compare_trees, median_s, show

PAIRS = [
    ("KZALA", "DEDUI"),
    ("CNXIA", "DEDUI"),
    ("UZTAS", "TRIST"),
    ("KZALTYN", "ROCND"),
    ("KZUKK", "JPYOK"),
    ("KZBXH", "DEHAM"),
    ("TMMYP", "TRMER"),
    ("JPNGO", "KZALA"),
]


def main() -> None:
    """Print one table."""
    study = caspia.load("caspian")
    costs, scene, arcs = study.costs("containers"), study.scene, study.network.arcs
    open_arcs = np.flatnonzero(np.isfinite(costs.generalised_usd))
    weight = costs.generalised_usd
    rows: list[Row] = compare_trees(arcs.tail[open_arcs], arcs.head[open_arcs], weight[open_arcs], times=100)
    requests = [Request(origin, destination) for origin, destination in PAIRS]
    ends = [(item.legs[0].from_id, item.legs[-1].to_id) for item in (study.itineraries(r)[0] for r in requests)]
    vertices = [_vertices(study, *pair) for pair in ends]
    rows.append(
        (
            "five alternatives, one pair",
            median_s(
                lambda i: alternatives(
                    scene.graph, weight, *vertices[i % len(vertices)], 5, measure=arcs.length_km
                ),
                200,
            ),
            "",
            None,
        )
    )
    for name, kwargs in (("", {}), (" and five alternatives", {"alternatives": 5})):
        asked = [Request(origin, destination, **kwargs) for origin, destination in PAIRS]
        taken = median_s(lambda i, asked=asked: study.itineraries(asked[i % len(asked)]), 50)
        rows.append((f"the best of each corridor{name}, with legs and intervals", taken, "", None))
    taken = median_s(lambda i: study.itineraries(requests[i % len(requests)], pareto=True), 20)
    rows.append(
        ("Pareto set over money, time, reliability and emissions, with legs and intervals", taken, "", None)
    )
    show(rows)


def _vertices(study: Study, origin: str, destination: str) -> tuple[int, int]:
    from caspia.study.request import resolve

    question = resolve(Request(origin, destination), study.data, study.network)
    return question.source, question.target


if __name__ == "__main__":
    main()
