"""The templates of this room: one way to load and fill them."""

from __future__ import annotations

from importlib import resources

import jinja2


def template(name: str) -> jinja2.Template:
    """Load a template.

    Parameters
    ----------
    name
        Without ``.html.j2``.

    Returns
    -------
    jinja2.Template
        Escapes what it is given, and refuses names that it is not given.
    """
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("caspia.view", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(f"{name}.html.j2")


def resource(name: str) -> str:
    """Read a file that stands beside the templates.

    Parameters
    ----------
    name
        Name of the file.

    Returns
    -------
    str
    """
    return resources.files("caspia.view").joinpath("templates", name).read_text(encoding="utf-8")
