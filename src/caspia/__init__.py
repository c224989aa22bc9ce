"""Caspia: an open corridor model of the Caspian Route and its rivals.

Four concepts: `Study` (data and settings), `Network`, `Scenario`, `Result`. Everything else is a function.

Examples
--------
>>> import caspia
>>> base = caspia.load("caspian")
>>> table = base.routes("KZALA", "DEDUI", commodity="containers")
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from caspia.study.study import Study

__all__ = ["__version__", "load"]
__version__ = "0.1.0"


def load(data: str = "caspian") -> Study:
    """Open a study on the built-in data or on a folder of the same form.

    Parameters
    ----------
    data : str
        Name of a built-in data set or path of a folder.

    Returns
    -------
    Study
        Data, network and settings, frozen.

    Raises
    ------
    caspia.errors.DataError
        The folder breaks its rules; every problem is listed.
    """
    # Imported here so that `import caspia` stays cheap; the study pulls in pandas and Numba.
    from caspia.study.study import Study

    return Study.open(data)
