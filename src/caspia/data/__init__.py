"""Schemas, source catalogue, loading, checking and lineage; no model."""

from caspia.data.check import check_folder
from caspia.data.dataset import NO_FACT, Dataset, Facts, load_dataset, records, type_folder
from caspia.data.event_check import WITHHOLDS
from caspia.data.fact_check import SUBJECT_TABLES
from caspia.data.read import locate, read_folder
from caspia.data.recipes import parse_via
from caspia.data.schema import attribute_column, attributes, table_schemas

__all__ = [
    "NO_FACT",
    "SUBJECT_TABLES",
    "WITHHOLDS",
    "Dataset",
    "Facts",
    "attribute_column",
    "attributes",
    "check_folder",
    "load_dataset",
    "locate",
    "parse_via",
    "read_folder",
    "records",
    "table_schemas",
    "type_folder",
]
