"""What flows need of a study: tables, the network, and the costs of its arcs."""

from __future__ import annotations

from typing import Protocol

from caspia.cost import ArcCosts
from caspia.data import Dataset
from caspia.network import Network


class Priced(Protocol):
    """A study as the rooms of flows see it; `Study` is the one there is."""

    @property
    def data(self) -> Dataset:
        """Tables."""

    @property
    def network(self) -> Network:
        """The multimodal graph."""

    def costs(self, commodity: str, month: int | None = None) -> ArcCosts:
        """Costs of every arc for a commodity.

        Parameters
        ----------
        commodity : str
            Id of the commodity.
        month : int, optional
            Month of departure; the mean of the year if left out.

        Returns
        -------
        ArcCosts
        """
