"""Write the description of the server's API for the page: `python tools/openapi.py`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from caspia.web import ServerSettings, create_app

TARGET = Path(__file__).parent.parent / "frontend" / "openapi.json"


def description() -> str:
    """OpenAPI as text, the same for the same program."""
    with TemporaryDirectory() as folder:
        app = create_app(ServerSettings(Path(folder)))
        return json.dumps(app.openapi(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the file."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(description(), encoding="utf-8")
    print(f"{target} written")


if __name__ == "__main__":
    main()
