"""What every form of delay declares about its parameters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int8]


@dataclass(frozen=True)
class Rule:
    """The range of one parameter: finite, at least `low`, or above it if `open_low`, or just `also`."""

    name: str
    low: float
    open_low: bool = False
    also: float | None = None

    def broken_by(self, values: Floats) -> npt.NDArray[np.bool_]:
        """Say which values are outside the range."""
        inside = values > self.low if self.open_low else values >= self.low
        if self.also is not None:
            inside |= values == self.also
        return ~(inside & np.isfinite(values))

    @property
    def text(self) -> str:
        """The range in words."""
        words = f"more than {self.low:g}" if self.open_low else f"{self.low:g} or more"
        return words + ("" if self.also is None else f", or {self.also:g}") + ", finite"
