"""Draw the pictures of the README and of the docs anew: `python tools/picture.py`."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import caspia
from caspia.study import Settings, Study, run_study
from caspia.view.picture import consignment_spec, overview_spec, write_picture

OVERVIEW = "docs/images/study.png"
TUTORIAL = "docs/images/almaty-duisburg.png"
FIRST = "cns-almaty-duisburg"
"""Reference consignment of the tutorial."""
QUICK = Settings(flow_draws=0, rollout_draws=0, risk_draws=0)


def alone(study: Study, consignment: str) -> Study:
    """Make a study of one consignment: without others, observations and demand."""
    tables = dict(study.data.tables)
    own = tables["consignments"]
    tables["consignments"] = own[own["id"] == consignment].reset_index(drop=True)
    for name in ("observations", "demand"):
        tables[name] = tables[name].head(0)
    return Study(replace(study.data, tables=MappingProxyType(tables)), QUICK)


def main() -> None:
    """Run the studies and draw."""
    study = caspia.load("caspian")
    write_picture(consignment_spec(run_study(alone(study, FIRST), alternatives=0), FIRST), TUTORIAL, scale=1.5)
    print(f"{TUTORIAL} drawn")
    write_picture(overview_spec(run_study(study)), OVERVIEW, scale=1.25)
    print(f"{OVERVIEW} drawn")


if __name__ == "__main__":
    main()
