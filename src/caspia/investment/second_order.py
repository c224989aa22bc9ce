"""A value of sets of projects, written out to the second order around one set: what the mixed-integer program sees.

Around a set, the first order is what each project adds to it or takes from it, and the second what two of them do
together beyond what each does alone: less for works in parallel, more for works in series, such as a ship and a
berth. It is exact for the set, for all sets that differ from it by one project, and for those that differ by two
where the second order was measured.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SecondOrder:
    """Value of sets of projects around one set, in one year.

    Attributes
    ----------
    around : numpy.ndarray of bool, shape (n,)
        The set.
    value : float
        Its value.
    marginal : numpy.ndarray, shape (n,)
        Value with each project less that without it, all else as in the set.
    pair : numpy.ndarray, shape (n, n)
        What two projects change together beyond what each changes; symmetric, nothing on the diagonal.
    """

    around: BoolArray
    value: float
    marginal: FloatArray
    pair: FloatArray

    def __call__(self, opened: BoolArray) -> float:
        """Value of a set.

        Parameters
        ----------
        opened : numpy.ndarray of bool, shape (n,)
            The set.

        Returns
        -------
        float
        """
        step = opened.astype(float) - self.around
        return float(self.value + step @ self.marginal + 0.5 * step @ self.pair @ step)

    def many(self, opened: FloatArray) -> FloatArray:
        """Values of many sets.

        Parameters
        ----------
        opened : numpy.ndarray, shape (n_sets, n)
            1 for each project of a set, else 0.

        Returns
        -------
        numpy.ndarray, shape (n_sets,)
        """
        step = opened - self.around
        return np.asarray(self.value + step @ self.marginal + 0.5 * ((step @ self.pair) * step).sum(axis=1))

    def plain(self) -> tuple[float, FloatArray, FloatArray]:
        """Constant, linear and pair coefficients of the same function of zeros and ones.

        Returns
        -------
        constant : float
        linear : numpy.ndarray, shape (n,)
        pair : numpy.ndarray, shape (n, n)
            Upper triangle: coefficient of the product of two projects.

        Examples
        --------
        >>> import numpy as np
        >>> pair = np.array([[0.0, 2.0], [2.0, 0.0]])
        >>> two = SecondOrder(np.array([True, False]), 5.0, np.array([3.0, 1.0]), pair)
        >>> constant, linear, pair = two.plain()
        >>> constant, linear.tolist(), pair.tolist()
        (2.0, [3.0, -1.0], [[0.0, 2.0], [0.0, 0.0]])
        """
        at = self.around.astype(float)
        constant = self.value - at @ self.marginal + 0.5 * at @ self.pair @ at
        linear = self.marginal - self.pair @ at
        return float(constant), linear, np.triu(self.pair, 1)
