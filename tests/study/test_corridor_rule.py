"""The corridor of a path is that of the first line of the rule whose marks and gates the path has both."""

from __future__ import annotations

import numpy as np
import pytest

from caspia.study import Study
from caspia.study.corridors import LABELS, Signatures


def plainly(signatures: Signatures, path: np.ndarray) -> str:
    for line in signatures.order:
        if signatures.marks[line][path].any() and signatures.gates[line][path].any():
            return LABELS.get(line, line)
    return "Other"


@pytest.mark.parametrize("states", [(), ("IR",), ("RU",), ("IR", "RU")])
def test_the_label_is_that_of_the_first_line_that_fits(real: Study, states: tuple[str, ...]) -> None:
    signatures = real.scene.signatures.between(states)
    rng = np.random.default_rng(7)
    paths = [rng.choice(real.network.n_arcs, size) for size in rng.integers(0, 40, 400)]
    labels = [signatures.label(path) for path in paths]
    assert labels == [plainly(signatures, path) for path in paths]
    assert len(set(labels)) >= 5
