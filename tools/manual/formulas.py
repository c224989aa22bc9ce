"""Formulas as MathML, which browsers draw themselves: no script, no network and no other program."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from docutils.utils.math import MathError, latex2mathml
from sphinx.application import Sphinx
from sphinx.util import logging

LOGGER = logging.getLogger(__name__)


def _write(writer: Any, node: nodes.Element, is_block: bool) -> None:
    try:
        text = latex2mathml.tex2mathml(node.astext(), as_block=is_block)
    except MathError as error:
        LOGGER.warning("formula cannot be written: %s: %s", node.astext(), error, location=node)
        text = ""
    writer.body.append(f'<div class="formula">{text}</div>' if is_block else text)
    raise nodes.SkipNode


def inline(writer: Any, node: nodes.Element) -> None:
    """Write a formula within a line."""
    _write(writer, node, is_block=False)


def block(writer: Any, node: nodes.Element) -> None:
    """Write a formula of its own."""
    _write(writer, node, is_block=True)


def register(app: Sphinx) -> None:
    """Make MathML the form of formulas."""
    app.add_html_math_renderer("mathml", inline_renderers=(inline, None), block_renderers=(block, None))
