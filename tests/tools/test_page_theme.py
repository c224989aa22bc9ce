"""The page has the colours and names of the report, and none of its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import page_theme
from caspia.view import theme

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "frontend" / "src"
HEX = re.compile(r"#[0-9A-Fa-f]{6}\b")


def sources(folder: Path, *endings: str) -> dict[str, str]:
    found = {f.relative_to(folder).as_posix(): f.read_text("utf-8") for e in endings for f in folder.rglob(f"*{e}")}
    assert found
    return found


@pytest.mark.parametrize("name", page_theme.FILES)
def test_what_the_page_shares_is_current(name):
    kept = (page_theme.FOLDER / name).read_text(encoding="utf-8")
    assert kept == page_theme.FILES[name](), "run `python tools/page_theme.py`"


def test_no_other_file_of_the_page_holds_a_colour():
    coloured = {name for name, text in sources(PAGE, ".css", ".svelte", ".ts").items() if HEX.search(text)}
    assert coloured == {"shared/theme.css"}


def test_no_other_module_of_the_view_or_the_server_holds_a_colour():
    coloured = set()
    for room in ("view", "web"):
        for name, text in sources(ROOT / "src" / "caspia" / room, ".py", ".j2", ".css").items():
            code = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith((">>>", "(", "'")))
            if HEX.search(code):
                coloured.add(f"{room}/{name}")
    assert coloured - {"view/theme.py"} == {n for n in coloured if n.startswith("web/page/")}


def test_a_colour_of_a_corridor_says_nothing_else():
    corridors = {look.colour.lower() for look in theme.CORRIDORS.values()}
    assert len(corridors) == len(theme.CORRIDORS)
    others = {theme.GAIN, theme.LOSS, theme.MEASURE, theme.EXPOSED, theme.PAID, theme.INFLOW, theme.OUTFLOW}
    others |= {*theme.PALE, *theme.WORKS.values(), *theme.LETTERS}
    others |= {colour for pair in (theme.TOKENS | theme.PAGE_TOKENS).values() for colour in pair}
    assert corridors.isdisjoint(colour.lower() for colour in others)


def test_the_page_names_a_corridor_only_to_show_that_corridor():
    """`var(--Caspian)` in a chart of something else would say a corridor that is not meant."""
    named = re.compile(rf"(?<!, )var\(--({'|'.join(theme.CORRIDORS)})\)|\bt\(\"({'|'.join(theme.CORRIDORS)})\"\)")
    page = {name: text for name, text in sources(PAGE, ".css", ".svelte", ".ts").items() if "shared/" not in name}
    # The flow over the Caspian, beside the capacity of the crossing.
    assert {name for name, text in page.items() if named.search(text)} == {"views/Rollout.svelte"}
