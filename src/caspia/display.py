"""How things show themselves in a notebook: they ask the room `notebook`, which they find by its name.

What is modelled knows no picture: `network` and `study` may not import `view`, and a contract says so. A notebook,
though, asks the thing itself (`_repr_html_`), and a reader expects `result.plot()`. So what can be shown inherits
from here, and the room above, which knows both what is modelled and how it is drawn, is looked up when something is
shown and not before, as pandas looks up who plots. Nothing else in the package finds a room by its name.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Literal, Protocol, cast

Ground = Literal["light", "dark"]
NOTEBOOK = "caspia.notebook"
"""The room that draws for notebooks."""


class Picture(Protocol):
    """A chart or map: a notebook shows it, `save` writes it."""

    @property
    def name(self) -> str:
        """Name by which the report calls it."""

    @property
    def title(self) -> str:
        """What it finds, in one sentence."""

    def svg(self, ground: Ground = "light") -> str:
        """Return the picture as SVG.

        Parameters
        ----------
        ground : {"light", "dark"}
            What it is drawn on.

        Returns
        -------
        str
        """

    def save(self, path: str | Path, *, ground: Ground = "light", scale: float = 2.0) -> Path:
        """Write the picture to a file.

        Parameters
        ----------
        path : str or pathlib.Path
            Ends in `.png` or `.svg`.
        ground : {"light", "dark"}
            What it is drawn on.
        scale : float
            Pixels of the file for one of the picture (PNG).

        Returns
        -------
        pathlib.Path
            The file.
        """

    def _repr_html_(self) -> str: ...


class Drawing(Protocol):
    """What the room `notebook` offers."""

    def html_of(self, thing: object) -> str:
        """Show a thing as HTML.

        Parameters
        ----------
        thing : object
            What is shown.

        Returns
        -------
        str
        """

    def plot_of(self, thing: object, name: str) -> Picture:
        """Draw a chart of it.

        Parameters
        ----------
        thing : object
            What is shown.
        name : str
            Which; the first if empty.

        Returns
        -------
        Picture
        """

    def map_of(self, thing: object, name: str) -> Picture:
        """Draw a map of it.

        Parameters
        ----------
        thing : object
            What is shown.
        name : str
            Which; the first if empty.

        Returns
        -------
        Picture
        """


def _notebook() -> Drawing:
    return cast(Drawing, import_module(NOTEBOOK))


class Shown:
    """A thing that a notebook shows as HTML."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return _notebook().html_of(self)


class Drawn(Shown):
    """A thing of which there are charts and maps besides."""

    __slots__ = ()

    def plot(self, name: str = "") -> Picture:
        """Draw a chart.

        Parameters
        ----------
        name : str
            Name of a chart of the report, or id of a consignment; the one that answers first if empty.

        Returns
        -------
        Picture
            A notebook shows it; `save` writes it.

        Raises
        ------
        caspia.errors.UnknownName
            There is no such chart; the message lists those that there are.
        """
        return _notebook().plot_of(self, name)

    def map(self, name: str = "") -> Picture:
        """Draw a map.

        Parameters
        ----------
        name : str
            Name of a map of the report, or id of a consignment or scenario; that of the whole if empty.

        Returns
        -------
        Picture
            A notebook shows it; `save` writes it.

        Raises
        ------
        caspia.errors.UnknownName
            There is no such map; the message lists those that there are.
        """
        return _notebook().map_of(self, name)
