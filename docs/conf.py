"""How the docs are built; what the data and the program declare is written into the pages by `tools/manual`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import caspia

sys.path.insert(0, os.fspath(Path(__file__).parents[1] / "tools"))

project = "Caspia"
author = "the Caspia authors"
copyright = "2026, the Caspia authors"  # noqa: A001 - the name that Sphinx reads
release = version = caspia.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "manual.hook"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"Caspia {release}"
html_static_path = ["static"]
html_css_files = ["caspia.css"]
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#4477AA", "color-brand-content": "#4477AA"},
    "dark_css_variables": {"color-brand-primary": "#66CCEE", "color-brand-content": "#66CCEE"},
}
html_math_renderer = "mathml"
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 4
nitpicky = True
# Types of other packages have no page here.
nitpick_ignore_regex = [("py:.*", ".*")]

default_role = "code"
autodoc_member_order = "bysource"
autodoc_typehints = "none"
napoleon_google_docstring = False
napoleon_use_ivar = True
napoleon_use_rtype = False
