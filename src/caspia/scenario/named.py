"""A scenario by whatever it is called: built in, a file, a project or a move."""

from __future__ import annotations

from caspia.data import Dataset
from caspia.scenario.library import load_scenario
from caspia.scenario.model import Scenario
from caspia.scenario.moves import move_scenario
from caspia.scenario.projects import project_scenario

PROJECT_PREFIX = "prj-"
MOVE_PREFIX = "mov-"


def named_scenario(data: Dataset, name: str) -> Scenario:
    """Find the scenario of a name.

    Parameters
    ----------
    data : Dataset
        Tables, whose projects and moves are scenarios too.
    name : str
        Name of a built-in scenario, id of a project or move, or path of a file that ends in `.toml`.

    Returns
    -------
    Scenario

    Raises
    ------
    InputError
        No such scenario, project, move or file.
    DataError
        The file breaks the rules of scenario files.
    """
    if name.startswith(PROJECT_PREFIX):
        return project_scenario(data, (name,))
    if name.startswith(MOVE_PREFIX):
        return move_scenario(data, (name,))
    return load_scenario(name)
