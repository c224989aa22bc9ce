"""Every table and column of the data, and every quantity that facts may state, out of their declarations."""

from __future__ import annotations

from collections.abc import Iterator

from caspia.data import attributes, read_folder, table_schemas
from caspia.data.schema import Field, TableSchema
from manual.markdown import code, plural, table

Shapes = dict[tuple[Field, ...], list[TableSchema]]


def data_tables() -> str:
    """Write one section for each shape of table; tables of one shape share a section."""
    shapes: Shapes = {}
    for schema in table_schemas().values():
        shapes.setdefault(schema.fields, []).append(schema)
    rows = _rows()
    return "\n\n".join(_section(schemas, rows) for schemas in shapes.values())


def _rows() -> dict[str, int]:
    """Rows of every table of the built-in data by the name of the table."""
    return {name: len(raw.frame) for name, raw in read_folder("caspian").tables.items()}


def _section(schemas: list[TableSchema], rows: dict[str, int]) -> str:
    first = schemas[0]
    names = ", ".join(f"`{schema.path}`" for schema in schemas)
    said = "\n".join(f"- {schema.title}: {plural(rows[schema.name], 'row')}." for schema in schemas)
    key = ", ".join(f"`{name}`" for name in first.key)
    head = ("column", "type", "unit", "allowed", "meaning")
    columns = table(head, (_column(first, field) for field in first.fields))
    return f"### {names}\n\n{said}\n\nKey: {key}.\n\n{columns}"


def _column(schema: TableSchema, field: Field) -> tuple[str, ...]:
    reference = schema.references.get(field.name)
    meaning = field.description.rstrip(".")
    if reference is not None and f"Key of {reference}" not in meaning:
        meaning = f"{meaning}; key of `{reference}.csv`"
    return code(field.name), field.type, field.unit, "; ".join(_allowed(field)), meaning


def _allowed(field: Field) -> Iterator[str]:
    if field.required:
        yield "not empty"
    if field.enum:
        yield ", ".join(f"`{word}`" for word in field.enum)
    if field.minimum is not None and field.maximum is not None:
        yield f"{field.minimum:g} to {field.maximum:g}"
    elif field.minimum is not None:
        yield f"{field.minimum:g} or more"
    elif field.maximum is not None:
        yield f"{field.maximum:g} or less"
    if field.pattern:
        yield f"of the form `{field.pattern}`"


def attribute_table() -> str:
    """Write the quantities that facts may state."""
    head = ("attribute", "unit", "range", "stated of", "used", "meaning")
    return table(
        head,
        (
            (
                code(item.name),
                item.unit,
                f"{item.minimum:,g} to {item.maximum:,g}",
                ", ".join(item.tables),
                "every year" if item.is_series else "one",
                item.description,
            )
            for item in attributes().values()
        ),
    )
