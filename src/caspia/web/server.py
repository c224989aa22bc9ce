"""What all requests share: the study, saved scenarios and jobs."""

from __future__ import annotations

from caspia.web.answer_flows import flow_body
from caspia.web.board import JobBoard
from caspia.web.desk import Desk
from caspia.web.folder import Folder
from caspia.web.job_list import JobList
from caspia.web.job_store import JobStore
from caspia.web.models_answers import FlowAsk
from caspia.web.saved import SavedScenarios
from caspia.web.settings import ServerSettings


class Server:
    """Parts of a running server.

    Parameters
    ----------
    settings : ServerSettings
        Data, folder, limits.

    Raises
    ------
    caspia.errors.InputError
        The folder cannot be used.
    """

    def __init__(self, settings: ServerSettings) -> None:
        self.settings = settings
        self.folder = Folder(settings.folder)
        self.desk = Desk(settings.data, self.folder)
        self.saved = SavedScenarios(self.folder)
        self.store = JobStore(self.folder)
        self.jobs = JobList(self.store, self.folder)
        self.board = JobBoard(settings, self.folder, self.jobs, self.desk, self.saved)

    def open(self) -> None:
        """Make the folder and the store in it ready; nothing is done where they are.

        Raises
        ------
        caspia.errors.InputError
            The folder cannot be used, the store is damaged, or another server works there.
        """
        self.folder.open()
        self.store.open()
        self.folder.sweep()

    def start(self) -> None:
        """Open folder and store, and begin to warm in the background."""
        self.open()
        self.board.start_up()
        self.desk.start(lambda: flow_body(self.desk, FlowAsk.model_validate({}), {}))

    def stop(self) -> None:
        """Stop workers and what runs in the background, and let go of the store."""
        self.board.shut_down()
        self.desk.stop()
        self.store.close()
