"""Draw the picture of the README from a fresh run of the study: `python tools/picture.py`."""

from __future__ import annotations

import caspia
from caspia.study import run_study
from caspia.view.picture import overview_spec, write_picture

PICTURE = "docs/images/study.png"


def main() -> None:
    """Run the study and draw its map."""
    write_picture(overview_spec(run_study(caspia.load("caspian"))), PICTURE, scale=1.25)
    print(f"{PICTURE} drawn")


if __name__ == "__main__":
    main()
