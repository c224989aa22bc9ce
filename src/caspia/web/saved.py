"""Scenarios that users saved: one file of TOML each, in the folder of the server."""

from __future__ import annotations

import contextlib
import re
import threading

from caspia.data import Dataset
from caspia.errors import InputError, Problem
from caspia.exchange import unwritable
from caspia.scenario import Scenario, built_in_scenarios, edits_frame, load_scenario, parse_scenario
from caspia.scenario.library import SUFFIX, built_in_text
from caspia.scenario.named import PROJECT_PREFIX
from caspia.scenario.parse import nearest
from caspia.web.folder import Folder
from caspia.web.models import LONGEST_NAME, NAME, World
from caspia.web.models_answers import ScenarioLine
from caspia.web.models_scenarios import ScenarioAnswer, ScenarioBody
from caspia.web.plain import rows_of
from caspia.web.refusals import Refused
from caspia.web.worlds import named_scenario, text_world, world_text

PART = "scenarios"
MOST = 500
RESERVED = ("import", "base", "page")


class SavedScenarios:
    """Scenarios in a folder.

    Parameters
    ----------
    folder : Folder
        Of the server.
    """

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._texts: dict[str, str] | None = None

    def texts(self) -> dict[str, str]:
        """Text of every saved scenario, by name.

        Returns
        -------
        dict of str to str
            In the order of the alphabet.
        """
        with self._lock:
            if self._texts is None:
                self._texts = self._read()
            return dict(self._texts)

    def _read(self) -> dict[str, str]:
        found = {}
        for name in self._folder.names(PART, SUFFIX):
            if name in built_in_scenarios():
                continue
            # What cannot be read is no reason to refuse all else: a link out of the folder, a folder, a lost right.
            with contextlib.suppress(InputError, OSError):
                content = self._folder.file(PART, name + SUFFIX).read_bytes()
                found[name] = content.decode("utf-8", "replace")
        return found

    def lines(self) -> list[ScenarioLine]:
        """Built-in scenarios and saved ones, in this order.

        Returns
        -------
        list of ScenarioLine
            Where the text of a saved one is damaged the note says so.
        """
        built_in = [_line(name, item, built_in=True) for name, item in built_in_scenarios().items()]
        return [*built_in, *(_saved_line(name, text) for name, text in self.texts().items())]

    def text(self, name: str) -> str:
        """A scenario as a file; what it extends by other saved ones is written out in it.

        Parameters
        ----------
        name : str
            Built-in or saved.

        Returns
        -------
        str

        Raises
        ------
        Refused
            There is none.
        """
        if name in built_in_scenarios():
            return built_in_text(name)
        return self._known(name)

    def _known(self, name: str) -> str:
        texts = self.texts()
        if name not in texts:
            allowed = nearest(name, [*built_in_scenarios(), *texts], limit=12)
            raise Refused(404, Problem("no such scenario", "name", repr(name), allowed, "correct the name"))
        return texts[name]

    def read(self, name: str, data: Dataset) -> ScenarioAnswer:
        """A scenario with its edits.

        Parameters
        ----------
        name : str
            Built-in or saved.
        data : Dataset
            What its edits select in.

        Returns
        -------
        ScenarioAnswer

        Raises
        ------
        Refused
            There is none.
        InputError
            It is damaged, or selects nothing in these data.
        """
        is_built_in = name in built_in_scenarios()
        world = World(scenarios=[name]) if is_built_in else text_world(self._known(name))
        found = load_scenario(name) if is_built_in else named_scenario(name, data, self.texts())
        return ScenarioAnswer(
            name=name,
            title=found.title,
            question=found.question,
            description=found.description,
            year=found.year,
            built_in=is_built_in,
            world=world,
            edits=rows_of(edits_frame(data, found)),
        )

    def put(self, name: str, body: ScenarioBody, data: Dataset) -> None:
        """Save a world under a name.

        Parameters
        ----------
        name : str
            New, or of a saved scenario.
        body : ScenarioBody
            The world.
        data : Dataset
            In which its edits must select something.

        Raises
        ------
        InputError
            The name is taken by a built-in scenario, or the world breaks the rules of scenario files.
        """
        head = {"title": body.title, "question": body.question, "description": body.description}
        self._keep(name, world_text(name, head, body.world), data)

    def take(self, toml: str, name: str | None, data: Dataset) -> str:
        """Save a scenario file.

        Parameters
        ----------
        toml : str
            Its text.
        name : str, optional
            Name; that of the file if left out.
        data : Dataset
            In which its edits must select something.

        Returns
        -------
        str
            The name.

        Raises
        ------
        InputError
            The file breaks the rules of scenario files.
        """
        own = parse_scenario(toml, "scenario")
        for base in own.extends:
            self._check_name(base, "extends", taken=True)
        chosen = name or own.scenario.id
        self._check_name(chosen, "id")
        text_world(toml)
        self._keep(chosen, toml, data)
        return chosen

    def delete(self, name: str) -> None:
        """Delete a saved scenario.

        Parameters
        ----------
        name : str
            Of a saved scenario.

        Raises
        ------
        Refused
            There is none, or it is built in.
        InputError
            It cannot be deleted.
        """
        if name in built_in_scenarios():
            raise Refused(409, Problem("built-in scenarios stay", "name", name, "a saved scenario"))
        self._known(name)
        path = self._folder.file(PART, name + SUFFIX)
        with self._lock:
            self._texts = None
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise unwritable(path, error) from error

    def _check_name(self, name: str, where: str, *, taken: bool = False) -> None:
        if (
            not named(name)
            or (name in built_in_scenarios() and not taken)
            or name.startswith(PROJECT_PREFIX)
            or name in RESERVED
        ):
            allowed = "small letters, digits and hyphens; no name of a built-in scenario or project"
            raise InputError(Problem("name cannot be used", where, repr(name), allowed, "choose another name"))

    def _keep(self, name: str, text: str, data: Dataset) -> None:
        self._check_name(name, "name")
        texts = self.texts()
        if name not in texts and len(texts) >= MOST:
            raise Refused(
                409, Problem("too many scenarios", PART, str(len(texts)), f"at most {MOST}", "delete some")
            )
        scenario = named_scenario(name, data, texts | {name: text})
        edits_frame(data, scenario)
        path = self._folder.file(PART, name + SUFFIX)
        with self._lock:
            self._folder.write_text(path, text)
            self._texts = None


def _saved_line(name: str, text: str) -> ScenarioLine:
    try:
        return _line(name, parse_scenario(text, name).scenario, built_in=False)
    except InputError as error:
        note = f"damaged: {error.problem.what}"
        return ScenarioLine(name=name, title=name, note=note, built_in=False, edits=0)


def _line(name: str, scenario: Scenario, *, built_in: bool) -> ScenarioLine:
    return ScenarioLine(
        name=name,
        title=scenario.title,
        note=scenario.question,
        year=scenario.year,
        built_in=built_in,
        edits=len(scenario.edits),
    )


def named(name: str) -> bool:
    """Whether a text is a name, and never a path.

    Parameters
    ----------
    name : str
        Any text.

    Returns
    -------
    bool

    Examples
    --------
    >>> named("no-russia-2030"), named("../no")
    (True, False)
    """
    return len(name) <= LONGEST_NAME and re.fullmatch(NAME, name) is not None
