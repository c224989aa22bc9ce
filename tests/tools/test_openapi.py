"""The page is built against a description of the API that is current."""

from __future__ import annotations

import json

import openapi


def test_the_description_for_the_page_is_current():
    kept = openapi.TARGET.read_text(encoding="utf-8")
    assert json.loads(kept) == json.loads(openapi.description()), "run `python tools/openapi.py`"
