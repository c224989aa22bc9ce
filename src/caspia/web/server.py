"""What all requests share: the study, saved scenarios and jobs."""

from __future__ import annotations

from caspia.web.board import JobBoard
from caspia.web.desk import Desk
from caspia.web.folder import Folder
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
        self.board = JobBoard(settings, self.folder, self.desk, self.saved)

    def start(self) -> None:
        """Make the folder ready, and begin to warm in the background."""
        self.folder.open()
        self.board.start_up()
        self.desk.start()

    def stop(self) -> None:
        """Stop workers and what runs in the background."""
        self.board.shut_down()
        self.desk.stop()
