"""What all charts have in common: named data sets and the Vega-Lite configuration in light tokens."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

import altair as alt
from altair.utils.schemapi import debug_mode

from caspia.view import theme

Look = dict[str, Any]
"""Properties of a mark, as Altair takes them."""


class Rows:
    """The data sets of one chart: rows are named, so that Altair does not walk through them.

    Examples
    --------
    >>> rows = Rows()
    >>> rows.add([{"x": 1}]).to_dict()
    {'name': 'd0'}
    >>> rows.sets
    {'d0': [{'x': 1}]}
    """

    def __init__(self) -> None:
        self.sets: dict[str, list[object]] = {}

    def add(self, rows: Sequence[object]) -> alt.NamedData:
        """Name some rows.

        Parameters
        ----------
        rows
            What the data set holds.

        Returns
        -------
        altair.NamedData
            The name, which a chart takes as its data.
        """
        name = f"d{len(self.sets)}"
        self.sets[name] = list(rows)
        return alt.NamedData(name=name)

    def finish(self, chart: alt.LayerChart | alt.FacetChart, **properties: Any) -> theme.Spec:
        """Write a chart with its title, its size and its rows as a specification.

        The schema is checked by the tests for every kind of chart and not again for every chart.

        Parameters
        ----------
        chart
            The layers; the other arguments are properties of the chart: title, width, height, view.

        Returns
        -------
        Spec
            Vega-Lite specification with its data sets.
        """
        spec: theme.Spec = chart.properties(config=config(), **properties).to_dict(validate=False)
        spec["datasets"] = self.sets
        return spec


def unchecked() -> AbstractContextManager[None]:
    """Draw without checking every part against the schema, which takes most of the time of a report.

    Returns
    -------
    context manager
        Inside, Altair trusts what it is given; the tests check each kind of chart.
    """
    context: AbstractContextManager[None] = debug_mode(False)
    return context


def config() -> alt.Config:
    """Return the Vega-Lite configuration of every chart.

    Returns
    -------
    altair.Config
        Fonts, axes and titles in light tokens.

    Examples
    --------
    >>> config().to_dict()["background"]
    'transparent'
    """
    ink, muted, grid = theme.token("ink"), theme.token("muted"), theme.token("grid")
    return alt.Config(
        background="transparent",
        font=theme.FONT,
        view=alt.ViewConfig(stroke=None),
        title=alt.TitleConfig(
            color=ink,
            subtitleColor=muted,
            fontSize=14,
            subtitleFontSize=12,
            anchor="start",
            offset=12,
            fontWeight=600,
        ),
        axis=alt.AxisConfig(
            labelColor=muted,
            titleColor=muted,
            gridColor=grid,
            domainColor=grid,
            tickColor=grid,
            labelFontSize=11,
            titleFontSize=11,
            titleFontWeight="normal",
            labelLimit=220,
        ),
        text=alt.MarkConfig(color=ink, fontSize=12),
    )
