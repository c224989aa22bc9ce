"""Many servers, each with a delay function of its own form, evaluated together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, cast

import numpy as np
import numpy.typing as npt
from numba import njit

from caspia.cost.delay import bpr, conical, queue
from caspia.cost.delay._form import Codes, Floats, Rule
from caspia.errors import InputError, Problem

Form = Literal["bpr", "conical", "queue"]
CODES: dict[str, int] = {"bpr": 0, "conical": 1, "queue": 2}
N_PARAMETERS = 4
CAPACITY = 1  # column of the capacity, in every form


class DelayForm(Protocol):
    """What the module of a form offers: the rules of its row, value and slope, and area, all compiled."""

    NAME: str
    RULES: tuple[Rule, ...]

    def value_and_slope(self, row: Floats, load: float) -> tuple[float, float]:
        """Return the delay and its derivative.

        Parameters
        ----------
        row : float64[4]
            Parameters of the form.
        load : float
            Load, zero or more.

        Returns
        -------
        value, slope : float, float
            Delay, and its derivative by the load.
        """

    def area(self, row: Floats, load: float) -> float:
        """Return the integral of the delay from no load.

        Parameters
        ----------
        row : float64[4]
            Parameters of the form.
        load : float
            Load, zero or more.

        Returns
        -------
        float
            The integral.
        """


def forms() -> tuple[DelayForm, ...]:
    """List the forms in the order of their codes."""
    return cast("tuple[DelayForm, ...]", (bpr, conical, queue))


@dataclass(frozen=True, eq=False)
class DelayTable:
    """The delay functions of S servers; make it with `delay_table`.

    Parameters
    ----------
    form : int8[S]
        Code of the form of every server, see `CODES`.
    parameters : float64[S, 4]
        Its parameters, in the order that the module of the form names; the capacity is always the second.
    """

    form: Codes
    parameters: Floats

    @property
    def n_servers(self) -> int:
        """Number of servers."""
        return self.form.size

    @property
    def capacity(self) -> Floats:
        """Capacity of every server."""
        return self.parameters[:, CAPACITY]

    def delay(self, load: npt.ArrayLike) -> Floats:
        """Return the delay of every server.

        Parameters
        ----------
        load : array_like of float, shape (S,)
            Loads; one below zero counts as zero.

        Returns
        -------
        float64[S]
            Delays, in the unit of each server's first parameter.
        """
        return self.delay_and_slope(load)[0]

    def slope(self, load: npt.ArrayLike) -> Floats:
        """Return the derivative of the delay of every server.

        Parameters
        ----------
        load : array_like of float, shape (S,)
            Loads; one below zero counts as zero.

        Returns
        -------
        float64[S]
            Derivatives by the load.
        """
        return self.delay_and_slope(load)[1]

    def delay_and_slope(self, load: npt.ArrayLike) -> tuple[Floats, Floats]:
        """Return the delay of every server and its derivative, for the price of one.

        Parameters
        ----------
        load : array_like of float, shape (S,)
            Loads; one below zero counts as zero.

        Returns
        -------
        float64[S], float64[S]
            Delays and derivatives.
        """
        both = _values_and_slopes(self.form, self.parameters, self._loads(load))
        return both[:, 0], both[:, 1]

    def area(self, load: npt.ArrayLike) -> Floats:
        """Return the integral of the delay of every server from no load to its load.

        Parameters
        ----------
        load : array_like of float, shape (S,)
            Loads; one below zero counts as zero.

        Returns
        -------
        float64[S]
            Integrals.
        """
        return _areas(self.form, self.parameters, self._loads(load))

    def with_capacity(self, capacity: npt.ArrayLike) -> DelayTable:
        """Return a copy with other capacities.

        Parameters
        ----------
        capacity : array_like of float, shape (S,)
            New capacities, above zero.

        Returns
        -------
        DelayTable
            The copy; what it was made from is unchanged.

        Raises
        ------
        InputError
            If a capacity is not positive and finite.
        """
        parameters = self.parameters.copy()
        parameters[:, CAPACITY] = capacity
        return delay_table(self.form, parameters)

    def _loads(self, load: npt.ArrayLike) -> Floats:
        loads = np.ascontiguousarray(load, dtype=np.float64)
        if loads.shape != self.form.shape:
            raise InputError(
                Problem("loads of another length", "load", str(loads.shape), f"({self.n_servers},), one per server")
            )
        return loads


def delay_table(form: npt.ArrayLike | Sequence[Form], parameters: npt.ArrayLike) -> DelayTable:
    """Check the parameters of servers and put them into a table.

    Parameters
    ----------
    form : array_like of int or of str, shape (S,)
        Form of every server: "bpr", "conical" or "queue", or its code.
    parameters : array_like of float, shape (S, 4)
        Its parameters, in the order that the module of the form names.

    Returns
    -------
    DelayTable
        The table; its arrays are read-only copies.

    Raises
    ------
    InputError
        If a form is unknown, a shape is wrong, or a parameter is NaN or out of range, such as a capacity
        of zero.

    Examples
    --------
    >>> table = delay_table(["bpr", "queue"], [[10.0, 100.0, 0.15, 4.0], [12.0, 8.0, 1.0, 1.0]])
    >>> table.delay([100.0, 4.0]).round(3).tolist()
    [11.5, 12.0]
    """
    codes = _codes(form)
    rows = np.array(parameters, dtype=np.float64, order="C")
    if rows.shape != (codes.size, N_PARAMETERS):
        raise InputError(
            Problem(
                "wrong shape", "parameters", str(rows.shape), f"({codes.size}, {N_PARAMETERS}), a row per server"
            )
        )
    for code, module in enumerate(forms()):
        servers = np.flatnonzero(codes == code)
        for column, rule in enumerate(module.RULES):
            broken = servers[rule.broken_by(rows[servers, column])]
            if broken.size:
                where = f"server {broken[0]}, {module.NAME}, {rule.name}"
                raise InputError(
                    Problem("out of range", where, f"{rows[broken[0], column]:g} ({broken.size} such)", rule.text)
                )
    codes.setflags(write=False)
    rows.setflags(write=False)
    return DelayTable(codes, rows)


def _codes(form: npt.ArrayLike | Sequence[Form]) -> Codes:
    """Return the codes of forms given by name or by code."""
    given = np.asarray(form)
    if given.size == 0:
        return np.empty(0, np.int8)
    if given.dtype.kind == "U":
        known = np.array([CODES.get(str(name), -1) for name in given.ravel()]).reshape(given.shape)
    else:
        known = np.where(np.isin(given, list(CODES.values())), given, -1)
    bad = np.flatnonzero(known.ravel() < 0)
    if bad.size or known.ndim != 1:
        got = str(given.ravel()[bad[0]]) if bad.size else f"shape {given.shape}"
        raise InputError(Problem("no such delay function", "form", got, ", ".join(CODES) + ", one per server"))
    return known.astype(np.int8)


@njit(cache=True, nogil=True, inline="always")
def value_and_slope(form: Codes, parameters: Floats, server: int, load: float) -> tuple[float, float]:
    """Return the delay of one server and its derivative, for compiled loops.

    A row is cut out of the table only where it is used: a view that several branches share has its references
    counted, which takes ten times as long as a power of four.

    Parameters
    ----------
    form : int8[S]
        Code of the form of every server.
    parameters : float64[S, 4]
        Their parameters.
    server : int
        The server.
    load : float
        Load; one below zero, as rounding may leave it, counts as zero.

    Returns
    -------
    value, slope : float, float
        Delay and derivative.
    """
    load = max(load, 0.0)
    if form[server] == 0:
        return bpr.value_and_slope(parameters[server], load)
    if form[server] == 1:
        return conical.value_and_slope(parameters[server], load)
    return queue.value_and_slope(parameters[server], load)


@njit(cache=True, nogil=True)
def _values_and_slopes(form: Codes, parameters: Floats, load: Floats) -> Floats:
    """Return delay and derivative of every server, float64[S, 2]."""
    out = np.empty((form.size, 2))
    for server in range(form.size):
        out[server, 0], out[server, 1] = value_and_slope(form, parameters, server, load[server])
    return out


@njit(cache=True, nogil=True)
def _areas(form: Codes, parameters: Floats, load: Floats) -> Floats:
    """Return the integral of the delay of every server."""
    out = np.empty(form.size)
    for server in range(form.size):
        row, x = parameters[server], max(load[server], 0.0)
        if form[server] == 0:
            out[server] = bpr.area(row, x)
        elif form[server] == 1:
            out[server] = conical.area(row, x)
        else:
            out[server] = queue.area(row, x)
    return out
