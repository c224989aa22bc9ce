"""What the server is started with."""

from __future__ import annotations

import ipaddress
import os
import sys
from dataclasses import dataclass
from pathlib import Path

MEBIBYTE = 2**20


@dataclass(frozen=True)
class ServerSettings:
    """Data, folder and limits of a server.

    Attributes
    ----------
    folder : pathlib.Path
        The only folder that is read and written: scenarios, jobs, routes found before.
    data : str
        Built-in data set or a folder of the same form.
    host : str
        Address that is listened at.
    port : int
        Port; 0 for any free one.
    token : str
        What every request has to show; empty for none.
    names : tuple of str
        Further host names under which the server may be asked for.
    workers : int
        Processes for jobs.
    most_body_bytes : int
        Greatest body of a request.
    rate_per_s : float
        Requests a second of one address, on average; 0 for no limit.
    body_timeout_s : float
        Time in which a body must be complete.
    most_waiting : int
        Jobs that may wait.
    """

    folder: Path
    data: str = "caspian"
    host: str = "127.0.0.1"
    port: int = 8765
    token: str = ""
    names: tuple[str, ...] = ()
    workers: int = 1
    most_body_bytes: int = MEBIBYTE
    rate_per_s: float = 0.0
    body_timeout_s: float = 20.0
    most_waiting: int = 32

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can ask."""
        return is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Whether an address is of this machine alone.

    Parameters
    ----------
    host : str
        Name or address.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def user_folder() -> Path:
    """Folder for the data of a user's programs, by the custom of the system.

    Returns
    -------
    pathlib.Path
        With the name of this program; it need not exist.
    """
    home = Path.home()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = home / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    return base / "caspia"
