"""Routes found before: kept in the folder for later starts and for the processes of jobs."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

from caspia.study import Study
from caspia.study.flows import FlowModel
from caspia.study.kept_routes import load_market, save_market, stamp
from caspia.study.market import Market
from caspia.study.study import use_routes
from caspia.web.folder import Folder

PART = "routes"


def routes_of(root: Study, folder: Folder, tell: Callable[[str, int, int], None] | None = None) -> FlowModel:
    """Flow model of the data, with routes that were found before where there are such.

    Parameters
    ----------
    root : Study
        Data as they are.
    folder : Folder
        Where routes are kept.
    tell : callable, optional
        Told stage, number done and number of all.

    Returns
    -------
    FlowModel
    """
    path = market_path(folder, root, "own")
    market = load_market(path, root)
    if market is not None:
        return use_routes(root, market)
    model = root.flow_model(tell)
    keep_market(folder, path, model.market)
    return model


def market_path(folder: Folder, root: Study, kind: str) -> Path:
    """File of the routes of some data, found by this program as it is.

    Parameters
    ----------
    folder : Folder
        Where routes are kept.
    root : Study
        Data.
    kind : str
        Which routes.

    Returns
    -------
    pathlib.Path
    """
    return folder.file(PART, f"{kind}-{stamp(root.data)[:24]}.npz")


def keep_market(folder: Folder, path: Path, market: Market) -> None:
    """Keep routes for later starts, and drop those of other data or versions.

    Parameters
    ----------
    folder : Folder
        Where routes are kept.
    path : pathlib.Path
        Of `market_path`.
    market : Market
        Routes.
    """
    stream = io.BytesIO()
    save_market(stream, market)
    folder.write_bytes(path, stream.getvalue())
    kind = path.name.partition("-")[0]
    others = sorted(folder.path.joinpath(PART).glob(f"{kind}-*.npz"), key=lambda item: item.stat().st_mtime)
    for old in others[:-3]:
        old.unlink(missing_ok=True)
