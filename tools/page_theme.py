"""Write the colours, marks and names that the page shares with the report: `python tools/page_theme.py`.

They are those of `caspia.view.theme` and `caspia.view.modes`. The page has them in its own files, and not from the
server, so that its first picture has its colours.
"""

from __future__ import annotations

import json
from pathlib import Path

from caspia.view import modes, risk_words, theme

FOLDER = Path(__file__).parent.parent / "frontend" / "src" / "shared"
MADE = "Made by tools/page_theme.py from view/theme.py, view/modes.py and view/risk_words.py: change those."
MEANINGS = {"measure": theme.MEASURE, "exposed": theme.EXPOSED, "paid": theme.PAID, "working": theme.GAIN}
"""Colours of what is no corridor, the same on both grounds."""


def css() -> str:
    """Tokens of both grounds, corridors and meanings as CSS variables."""
    tokens = theme.TOKENS | theme.PAGE_TOKENS
    constant = {look.name: look.colour for look in theme.CORRIDORS.values()} | MEANINGS
    light = {name: pair[0] for name, pair in tokens.items()} | constant | {"font": theme.FONT.replace("'", '"')}
    dark = {name: pair[1] for name, pair in tokens.items()}
    return f"/* {MADE} */\n" + _rule(":root", "light", light) + _rule(':root[data-theme="dark"]', "dark", dark)


def _rule(selector: str, scheme: str, values: dict[str, str]) -> str:
    lines = [f"  color-scheme: {scheme};"]
    lines += [f"  --{name}: {value.lower() if value.startswith('#') else value};" for name, value in values.items()]
    return "\n".join([f"{selector} {{", *lines, "}"]) + "\n"


def script() -> str:
    """Corridors with their marks, and names of modes, operations and groups of doubts, as TypeScript."""
    names = ", ".join(json.dumps(name) for name in theme.CORRIDORS)
    looks = "".join(
        f"  {look.name}: {{ glyph: {_text(look.glyph)}, shape: {_text(look.shape)}, dash: {list(look.dash)} }},\n"
        for look in theme.CORRIDORS.values()
    )
    return (
        f"/** {MADE} */\n\n"
        f"export const CORRIDORS = [{names}] as const;\n"
        "export type Corridor = (typeof CORRIDORS)[number];\n\n"
        "/** Mark of each corridor, and the dashes of its line in pixels. */\n"
        "export const LOOKS: Record<Corridor, { glyph: string; shape: string; dash: number[] }> = {\n"
        f"{looks}}};\n\n"
        f"{_names('MODES', modes.MODE_NAMES)}\n{_names('OPERATIONS', modes.OPERATIONS)}\n"
        f"{_names('DOUBTS', risk_words.GROUPS)}"
    )


def _names(name: str, words: dict[str, str]) -> str:
    lines = "".join(f"  {key}: {_text(word)},\n" for key, word in words.items())
    return f"/** As the report calls them. */\nexport const {name}: Record<string, string> = {{\n{lines}}};\n"


def _text(word: str) -> str:
    return json.dumps(word, ensure_ascii=False)


FILES = {"theme.css": css, "theme.ts": script}
"""Files of the page and what writes each."""


def main() -> None:
    """Write the files."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, write in FILES.items():
        (FOLDER / name).write_text(write(), encoding="utf-8")
        print(f"{FOLDER / name} written")


if __name__ == "__main__":
    main()
