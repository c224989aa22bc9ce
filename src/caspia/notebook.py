"""The notebook: what a study, a network, flows and results look like in it; wires `study` to `view`.

It is to a notebook what `cli` is to the terminal and `web` to the browser. Things find it by its name, see
`caspia.display`; it computes nothing but the tables that a picture is drawn from.
"""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
import pandas as pd

from caspia.network import MODES, TABLE_OF_KIND, ArcKind, Network
from caspia.scenario import edits_frame
from caspia.study import Flows, Result, Study, counts, flows_result, manifest
from caspia.view.cards import Card, card_html, result_card
from caspia.view.chapters import Cell, Column, Line, Table, count, plain
from caspia.view.figures import Figure, figure
from caspia.view.formats import number, whole
from caspia.view.modes import MODE_NAMES

_SHOWN = "a study, a network, flows or a result"
_KINDS = {
    ArcKind.TERMINAL: "transfer between modes",
    ArcKind.GAUGE_CHANGE: "gauge change",
    ArcKind.BORDER: "border",
    ArcKind.WAIT: "wait for a departure",
    ArcKind.LOADING: "loading",
    ArcKind.UNLOADING: "unloading",
    ArcKind.THROUGH: "passing through",
}


def html_of(thing: object) -> str:
    """Show a thing as HTML.

    Parameters
    ----------
    thing : Study, Network, Flows or Result
        What is shown.

    Returns
    -------
    str
        One element, without script and without anything from outside.

    Raises
    ------
    TypeError
        It is none of these.
    """
    if isinstance(thing, Study):
        return card_html(_study_card(thing))
    if isinstance(thing, Network):
        return card_html(_network_card(thing))
    return card_html(result_card(_result(thing)))


def plot_of(thing: object, name: str) -> Figure:
    """Draw a chart.

    Parameters
    ----------
    thing : Study, Flows or Result
        Of what; of a study how firmly its facts are known.
    name : str
        Name of a chart of the report, or id of a consignment; the one that answers first if empty.

    Returns
    -------
    caspia.view.figures.Figure

    Raises
    ------
    caspia.errors.UnknownName
        There is no such chart.
    TypeError
        It is none of these.
    """
    return figure(_result(thing), name)


def map_of(thing: object, name: str) -> Figure:
    """Draw a map.

    Parameters
    ----------
    thing : Study, Flows or Result
        Of what; of a study its network.
    name : str
        Name of a map of the report, or id of a consignment or scenario; that of the whole if empty.

    Returns
    -------
    caspia.view.figures.Figure

    Raises
    ------
    caspia.errors.UnknownName
        There is no such map.
    TypeError
        It is none of these.
    """
    return figure(_result(thing), name, is_map=True)


def _result(thing: object) -> Result:
    if isinstance(thing, Result):
        return thing
    if isinstance(thing, Flows):
        return flows_result(thing)
    if isinstance(thing, Study):
        return _world_of(thing)
    raise TypeError(f"a notebook shows {_SHOWN}, not {type(thing).__name__}")


def _world_of(study: Study) -> Result:
    """The data of a study as a result that answers no question yet: its network, and its facts in use."""
    tables = study.data.tables
    facts = study.data.facts.frame
    held = {
        "places": tables["places"].rename(columns={"id": "place_id"}),
        "links": tables["links"].rename(columns={"id": "link_id"}),
        "basemap": tables.get("basemap", pd.DataFrame()),
        "facts": facts[facts["rank"] == 1],
        "sources": tables["sources"].rename(columns={"id": "source_id"}),
    }
    return Result(MappingProxyType(held), MappingProxyType(manifest(study)))


def _study_card(study: Study) -> Card:
    scenario, settings = study.scenario, study.settings
    kicker = f"Study of {study.data.name}, data {study.data.sha256[:10]}"
    found = counts(study.data)
    size = dict(zip(found["what"], found["count"], strict=True))
    held = f"{whole(size['places'])} places and {whole(size['links'])} links"
    known = f"{whole(size['facts'])} facts from {whole(size['sources'])} sources"
    assumed = f"{whole(size['facts_assumed'])} of the facts are assumed"
    tables = () if scenario is None else (_edits(study),)
    columns = (Column("What", numeric=False), Column("Number"))
    lines = tuple(Line((plain(str(what).replace("_", " ")), count(int(n)))) for what, n in size.items())
    drawn = f"Intervals rest on {whole(settings.draws)} draws with seed {settings.seed}."
    return Card(
        kicker,
        f"{scenario.title if scenario else 'The data as they are'}: {held}, {known}; {assumed}.",
        (drawn,),
        tables,
        (("Objects and facts", Table("counts", "Objects and facts by method", columns, lines)),),
        nexts=(
            ('routes("Almaty", "Duisburg")', "a table of routes"),
            ("flows()", "what moves where"),
            ('with_scenario("northern-closed")', "another world"),
            ("map()", "the network"),
        ),
    )


def _edits(study: Study) -> Table:
    columns = (Column("Edit", numeric=False), Column("Selects"), Column("Changes"), Column("Source", numeric=False))
    if study.scenario is None:
        return Table("edits", "Edits", columns, ())
    frame = edits_frame((study.root or study).data, study.scenario)
    lines = tuple(
        Line((plain(str(row.what)), count(int(row.selected)), count(int(row.changed)), plain(str(row.source_id))))
        for row in frame.itertuples()
    )
    return Table("edits", f"Edits of {study.scenario.id}", columns, lines)


def _network_card(network: Network) -> Card:
    runs = np.asarray(network.arcs.kind) == ArcKind.LINE
    answer = (
        f"{whole(network.n_vertices)} vertices (a place with a mode and a gauge) and {whole(network.n_arcs)} arcs: "
        f"{whole(int(runs.sum()))} runs, each in one direction, and {whole(int((~runs).sum()))} operations."
    )
    notes = (f"{len(network.place_ids)} places, {len(network.countries)} states, {len(network.waters)} waters.",)
    tables = (_runs(network), _operations(network))
    return Card("Network", answer, notes, tables, nexts=(("fact(attribute)", "the fact behind every arc"),))


def _runs(network: Network) -> Table:
    arcs = network.arcs
    columns = (Column("Mode", numeric=False), Column("Runs"), Column("Open"), Column("Length", "thousand km"))
    lines = []
    for nth, mode in enumerate(MODES):
        own = (arcs.kind == ArcKind.LINE) & (arcs.mode == nth)
        if own.any():
            # A link that is run both ways is measured once.
            length_km = float(arcs.length_km[own & ~arcs.reverse].sum())
            length = Cell(number(length_km / 1e3), f"{length_km / 1e3:.6g}", kind="")
            lines.append(Line((plain(MODE_NAMES[mode]), *_both(network, own), length)))
    return Table("runs", "Runs by mode", columns, tuple(lines))


def _operations(network: Network) -> Table:
    columns = (
        Column("Operation", numeric=False),
        Column("Arcs"),
        Column("Open"),
        Column("Behind it", numeric=False),
    )
    lines = []
    for kind, name in _KINDS.items():
        own = network.arcs.kind == kind
        if own.any():
            lines.append(Line((plain(name), *_both(network, own), plain(TABLE_OF_KIND.get(kind, "")))))
    return Table("operations", "Operations at places, and the table behind each", columns, tuple(lines))


def _both(network: Network, own: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> tuple[Cell, Cell]:
    return count(int(own.sum())), count(int((own & network.arcs.is_open).sum()))
