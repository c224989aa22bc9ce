"""What a scenario is: declared edits of the data, frozen; and putting several together."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields

ACTIONS = ("close", "open", "ban", "scale", "set", "add")
SELECTORS = (
    "id",
    "class",
    "country",
    "countries",
    "bloc",
    "mode",
    "water",
    "place",
    "link",
    "status",
    "kind",
    "commodity",
    "from_country",
    "to_country",
)
"""By what an edit may choose the objects of its table; see `docs/scenarios.md`."""

Criteria = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Edit:
    """One declared edit of the data.

    Attributes
    ----------
    action : str
        One of `ACTIONS`.
    table : str
        Table whose objects are edited.
    criteria : tuple of (str, tuple of str)
        Selectors with their values; all must hold. Empty selects every object of the table.
    attributes : tuple of str
        Quantities that scale, set and add change.
    factor, value, low, high, delta, percent : float or None
        Amounts, as the action needs.
    unit : str
        Unit of value, low, high or delta.
    price_year : int or None
        Year of the dollars of value or delta.
    years : tuple of int
        Years of a series that are changed; empty is every year.
    months : tuple of int
        Months of a closure share that are changed; empty is every month.
    days : float or None
        Days of the year for which a closure lasts; None is all the year.
    share : float
        Share of the capacity that is lost in these days.
    spell_h : float or None
        Length of one closure; None is all the days at once.
    goods : tuple of str
        Ids (or patterns) of the commodities that are banned; empty is all.
    goods_form : str
        Form of the commodities that are banned; empty is any.
    origin, destination : tuple of str
        Countries or blocs from which, to which the ban holds; empty is anywhere.
    clip : bool
        Cut what leaves the bounds of the attribute instead of refusing it.
    override : bool
        Replace what an earlier edit set, closed or opened.
    source_id, method, note : str
        Where the edit comes from, how sure it is, and why it is made.
    scenario : str
        Id of the scenario that declares it.
    where : str
        How messages name it.
    """

    action: str
    table: str
    criteria: Criteria
    source_id: str
    note: str
    attributes: tuple[str, ...] = ()
    factor: float | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    delta: float | None = None
    percent: float | None = None
    unit: str = ""
    price_year: int | None = None
    years: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    days: float | None = None
    share: float = 1.0
    spell_h: float | None = None
    goods: tuple[str, ...] = ()
    goods_form: str = ""
    origin: tuple[str, ...] = ()
    destination: tuple[str, ...] = ()
    clip: bool = False
    override: bool = False
    method: str = "assumed"
    scenario: str = ""
    where: str = ""

    @property
    def summary(self) -> str:
        """The edit on one line, without its note."""
        chosen = ", ".join(f"{key} {' '.join(values)}" for key, values in self.criteria) or "all"
        amount = [
            f"{name} {value:g}"
            for name in ("factor", "value", "delta", "percent", "days")
            if (value := getattr(self, name)) is not None
        ]
        what = " ".join([*self.attributes, *amount, self.unit]).strip()
        barred = f" for {' '.join(self.goods) or self.goods_form or 'all goods'}" if self.action == "ban" else ""
        ends = "".join(
            f" {word} {' '.join(codes)}"
            for word, codes in (("from", self.origin), ("to", self.destination))
            if codes
        )
        return f"{self.action} {self.table} ({chosen}){barred}{ends}{' ' + what if what else ''}"


@dataclass(frozen=True)
class Source:
    """A source that a scenario brings with it; columns of the table sources."""

    id: str
    title: str
    publisher: str = ""
    date: str = ""
    url: str = ""
    licence: str = "citation only"


@dataclass(frozen=True)
class Scenario:
    """A named list of edits of the data.

    Attributes
    ----------
    id, title : str
        Short name, and what it is in one line.
    question, description : str
        What it is there to answer; what the world is in it.
    edits : tuple of Edit
        In the order in which they are applied; those of the scenarios that it extends come first.
    year : int or None
        Year whose world it describes.
    sources : tuple of Source
        Sources that it brings with it.
    parts : tuple of str
        Ids of the scenarios it was made of, itself included.
    """

    id: str
    title: str
    edits: tuple[Edit, ...] = ()
    question: str = ""
    description: str = ""
    year: int | None = None
    sources: tuple[Source, ...] = ()
    parts: tuple[str, ...] = ()

    @property
    def source_ids(self) -> tuple[str, ...]:
        """Ids of all sources behind its edits, sorted."""
        return tuple(sorted({edit.source_id for edit in self.edits}))

    @property
    def canonical(self) -> str:
        """All that decides what the scenario does, as text of which a hash may be taken."""
        silent = {"where", "scenario"}
        rows = [{key: value for key, value in asdict(edit).items() if key not in silent} for edit in self.edits]
        return json.dumps([self.id, rows], sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def compose(*scenarios: Scenario) -> Scenario:
    """Put scenarios together: the edits of the first come first.

    An edit that several of them share, because they extend the same scenario, is taken once. Whether the edits
    agree with each other shows when they meet the data (`effects`).

    Parameters
    ----------
    *scenarios : Scenario
        In order; with one the result is that one, with none it is the empty scenario.

    Returns
    -------
    Scenario
        The id is that of the parts, joined by `+`; the year is that of the last part that has one.

    Examples
    --------
    >>> compose(Scenario("a", "First"), Scenario("b", "Second", year=2025)).id
    'a+b'
    """
    if len(scenarios) == 1:
        return scenarios[0]
    years = [scenario.year for scenario in scenarios if scenario.year is not None]
    return Scenario(
        id="+".join(scenario.id for scenario in scenarios),
        title="; ".join(scenario.title for scenario in scenarios),
        edits=_once(edit for scenario in scenarios for edit in scenario.edits),
        question=" ".join(filter(None, (scenario.question for scenario in scenarios))),
        description=" ".join(filter(None, (scenario.description for scenario in scenarios))),
        year=years[-1] if years else None,
        sources=tuple(dict.fromkeys(source for scenario in scenarios for source in scenario.sources)),
        parts=tuple(dict.fromkeys(part for scenario in scenarios for part in scenario.parts or (scenario.id,))),
    )


def _once(edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """Edits without those that stand in one place of one file and came by two ways."""
    first: dict[tuple[object, ...], Edit] = {}
    for number, edit in enumerate(edits):
        shared = tuple(getattr(edit, field.name) for field in fields(Edit)) if edit.where else (number,)
        first.setdefault(shared, edit)
    return tuple(first.values())
