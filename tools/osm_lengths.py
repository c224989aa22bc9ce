"""Recompute the lengths of rail and road links from OpenStreetMap, and compare them with published ones.

Facts with the recipe `osm_rail` or `osm_road` are lengths of the shortest way between the two places of a link
over the railways or highways of the PyPI package `scgraph_data`. The way-points in the column `via` of the table
of links draw that way; they do not steer it. All other recipes are recomputed by `caspia.data.recipes`.

    python tools/osm_lengths.py               recompute every such fact
    python tools/osm_lengths.py --sample 100  a hundred of them, spread over the table
    python tools/osm_lengths.py --routes      compare derived and used lengths with published ones, as Markdown
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from caspia.data import Dataset, load_dataset
from caspia.errors import InputError
from caspia.routing import Graph, build_graph, shortest_path
from caspia.units import FloatArray
from land_graph import Kind, lengths_km

RECIPES: dict[str, Kind] = {"osm_rail": "railways", "osm_road": "highways"}
"""Recipes and the graphs that they search."""

CLOSE = 0.01
"""Relative difference up to which a recomputed length confirms the table."""

TOLERANCE = 0.02
"""A link disagrees above this relative difference; the run fails if more than this share of the links do."""

PUBLISHED = Path(__file__).with_name("published_routes.csv")
"""Routes with a published length: places joined by `;`, parts that do not touch by `|`."""


def recompute(data: Dataset, sample: int | None = None) -> pd.DataFrame:
    """Recompute the lengths that come from OpenStreetMap.

    Parameters
    ----------
    data : Dataset
        Places, links and facts.
    sample : int, optional
        Recompute this many facts only, spread evenly over the table.

    Returns
    -------
    pandas.DataFrame
        Columns `link`, `recipe`, `countries`, `table_km`, `graph_km` and `difference` (relative; infinite where the
        graph does not join the places), the largest difference first.
    """
    facts = data.facts.frame
    facts = facts[(facts["attribute"] == "length_km") & facts["recipe"].isin(list(RECIPES))]
    if sample is not None and sample < len(facts):
        facts = facts.iloc[np.arange(sample) * len(facts) // sample]
    links = data.tables["links"].set_index("id").loc[facts["subject"]]
    pairs = np.column_stack([data.rows("places", links[end]) for end in ("from_id", "to_id")])
    lonlat = data.tables["places"][["lon", "lat"]].to_numpy(dtype=float)
    graph_km = np.full(len(facts), np.nan)
    for recipe, kind in RECIPES.items():
        chosen = (facts["recipe"] == recipe).to_numpy()
        graph_km[chosen] = lengths_km(kind, lonlat, pairs[chosen])
    table_km = facts["value"].to_numpy(dtype=float)
    found = pd.DataFrame(
        {
            "link": facts["subject"].to_numpy(),
            "recipe": facts["recipe"].to_numpy(),
            "countries": links["countries"].to_numpy(),
            "table_km": table_km,
            "graph_km": graph_km,
            "difference": np.nan_to_num(abs(graph_km / table_km - 1), nan=np.inf),
        }
    )
    return found.sort_values(["difference", "link"], ascending=[False, True], ignore_index=True)


def agrees(found: pd.DataFrame) -> bool:
    """Whether few enough links disagree.

    Parameters
    ----------
    found : pandas.DataFrame
        What `recompute` returns.

    Returns
    -------
    bool
        True if at most the share `TOLERANCE` of them differ by more than `TOLERANCE`.
    """
    return bool((found["difference"] > TOLERANCE).mean() <= TOLERANCE)


@dataclass(frozen=True, eq=False)
class Railways:
    """The open railway links of a data set with two lengths each.

    Attributes
    ----------
    data : Dataset
        Where they come from.
    graph : Graph
        Places and links, an arc each way.
    used_km : numpy.ndarray, shape (n_arcs,)
        Length of rank 1, published where there is one.
    derived_km : numpy.ndarray, shape (n_arcs,)
        Length derived from geometry, whatever its rank; the used one where there is none.
    """

    data: Dataset
    graph: Graph
    used_km: FloatArray
    derived_km: FloatArray

    def route(self, via: str) -> tuple[float, float]:
        """Used and derived length of a route, the shortest by used lengths.

        Parameters
        ----------
        via : str
            Ids of places, `A;B;C`; parts that do not touch are joined by `|`.

        Returns
        -------
        tuple of float
            Kilometres; NaN where the open railways do not join the places.
        """
        used, derived = 0.0, 0.0
        for part in via.split("|"):
            for start, end in pairwise(self.data.rows("places", pd.Series(part.split(";")))):
                path = shortest_path(self.graph, self.used_km, start, end)
                used += np.nan if path is None else self.used_km[path.arcs].sum()
                derived += np.nan if path is None else self.derived_km[path.arcs].sum()
        return used, derived


def link_lengths(data: Dataset) -> pd.DataFrame:
    """Used and derived length of every rail link.

    Parameters
    ----------
    data : Dataset
        Links and facts.

    Returns
    -------
    pandas.DataFrame
        Columns `used_km`, `derived_km` (NaN where a length is only published or shared out) and `is_published` (the
        used length is reported, or a share of a reported one); the index is the id of the link.
    """
    facts = data.facts.frame
    facts = facts[facts["attribute"] == "length_km"].sort_values(["subject", "rank"])
    used = facts.drop_duplicates("subject").set_index("subject")
    shared = facts["recipe"].str.startswith("calc:")
    derived = facts[(facts["method"] == "derived") & ~shared].drop_duplicates("subject").set_index("subject")
    shares = used["recipe"].str.startswith("calc:") & ~used["source_id"].isin(derived["source_id"])
    is_published = (used["method"] == "reported") | shares
    links = data.tables["links"]
    rail = links["id"][links["mode"] == "rail"]
    return pd.DataFrame(
        {
            "used_km": used["value"].reindex(rail),
            "derived_km": derived["value"].reindex(rail),
            "is_published": is_published.reindex(rail),
        }
    )


def railways(data: Dataset) -> Railways:
    """Lay out the open railway links for searching.

    Parameters
    ----------
    data : Dataset
        Places, links and facts.

    Returns
    -------
    Railways
        Both lengths of every link, an arc each way.
    """
    links = data.tables["links"]
    links = links[(links["mode"] == "rail") & (links["status"] == "open")]
    km = link_lengths(data).loc[links["id"]]
    ends = [data.rows("places", links[end]) for end in ("from_id", "to_id")]
    graph = build_graph(np.concatenate(ends), np.concatenate(ends[::-1]), n_vertices=len(data.tables["places"]))
    used = np.tile(km["used_km"].to_numpy(dtype=float), 2)
    derived = np.tile(km["derived_km"].fillna(km["used_km"]).to_numpy(dtype=float), 2)
    return Railways(data, graph, used, derived)


def compare_routes(data: Dataset, published: Path = PUBLISHED) -> pd.DataFrame:
    """Compare lengths of routes with published ones.

    Parameters
    ----------
    data : Dataset
        Places, links and facts.
    published : pathlib.Path, optional
        Table with the columns `route`, `via`, `published_km` and `source_id`.

    Returns
    -------
    pandas.DataFrame
        That table with `derived_km` and `used_km`.
    """
    table = pd.read_csv(published)
    rail = railways(data)
    used, derived = zip(*(rail.route(via) for via in table["via"]), strict=True)
    return table.assign(derived_km=derived, used_km=used)


def _markdown(data: Dataset) -> Iterator[str]:
    table = compare_routes(data)
    yield "| Route | Published, km | Derived, km | Difference | Used, km | Difference | Source |"
    yield "|---|---:|---:|---:|---:|---:|---|"
    for row in table.itertuples():
        derived, used = (f"{km:,.0f} | {km / row.published_km - 1:+.1%}" for km in (row.derived_km, row.used_km))
        yield f"| {row.route} | {row.published_km:,.0f} | {derived} | {used} | `{row.source_id}` |"
    links = link_lengths(data)
    both = links[links["is_published"] & links["derived_km"].notna()]
    total = both["derived_km"].sum() / both["used_km"].sum() - 1
    ratio = both["derived_km"] / both["used_km"] - 1
    worst = abs(ratio).idxmax()
    yield ""
    yield (
        f"{len(both)} rail links have a published length (or their share of one) and a derived one: "
        f"the derived ones differ by {total:+.1%} in sum, {(abs(ratio) <= 0.02).mean():.0%} lie within 2 % "
        f"and {(abs(ratio) <= 0.05).mean():.0%} within 5 %; "
        f"the largest difference is {ratio[worst]:+.1%} ({worst})."
    )


def _report(found: pd.DataFrame, shown: int = 10) -> Iterator[str]:
    for recipe, count in found["recipe"].value_counts().items():
        yield f"{count} links recomputed by {recipe}"
    yield ""
    yield f"{'difference':>10} {'table, km':>10} {'graph, km':>10}  link"
    for row in found.head(shown).itertuples():
        yield f"{row.difference:10.2%} {row.table_km:10.1f} {row.graph_km:10.1f}  {row.link}"
    yield ""
    disagreeing = int((found["difference"] > TOLERANCE).sum())
    yield f"{(found['difference'] <= CLOSE).mean():.1%} of {len(found)} links within {CLOSE:.0%}"
    yield f"{disagreeing} disagree by more than {TOLERANCE:.0%}"


def main(words: Sequence[str] | None = None) -> int:
    """Run the tool.

    Parameters
    ----------
    words : sequence of str, optional
        The command line without the name of the program; that of the process by default.

    Returns
    -------
    int
        0; 1 if more than 2 % of the links disagree by more than 2 %; 2 if the data cannot be read.
    """
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--data", default="caspian", metavar="DIR", help="folder with the tables; built-in data by default"
    )
    parser.add_argument("--sample", type=int, metavar="N", help="recompute N links only, spread over the table")
    parser.add_argument("--routes", action="store_true", help="compare with published lengths instead, as Markdown")
    options = parser.parse_args(words)
    if options.sample is not None and options.sample < 1:
        parser.error(f"--sample: got {options.sample}; allowed: 1 or more")
    try:
        data = load_dataset(options.data)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    if options.routes:
        print(*_markdown(data), sep="\n")
        return 0
    found = recompute(data, options.sample)
    print(*_report(found), sep="\n")
    return 0 if agrees(found) else 1


if __name__ == "__main__":
    sys.exit(main())
