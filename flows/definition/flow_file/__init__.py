"""Reads and writes the flow file of the contract: YAML 1.2 core schema (or JSON) to ``FlowDefinition`` and back.

It judges the file's shape only; whether the flow makes sense is for ``flows.definition.validation``.
"""

from __future__ import annotations

from flows.definition.flow_file.data import definition_to_data, file_data, semantic_digest
from flows.definition.flow_file.errors import FlowFileError
from flows.definition.flow_file.reader import ReadResult, parse_flow_file, read_data_file, read_flow_file
from flows.definition.flow_file.shape import definition_from_data
from flows.definition.flow_file.writer import write_data_file, write_flow_file, write_step

__all__ = [
    "FlowFileError",
    "ReadResult",
    "definition_from_data",
    "definition_to_data",
    "file_data",
    "parse_flow_file",
    "read_data_file",
    "read_flow_file",
    "semantic_digest",
    "write_data_file",
    "write_flow_file",
    "write_step",
]
