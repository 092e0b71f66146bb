"""Rows as a Parquet file; the one importer of pyarrow."""

from collections.abc import Sequence
from enum import StrEnum
from types import TracebackType
from typing import IO, Any, Self

import pyarrow as pa
from pyarrow import parquet
from sqlalchemy import Boolean, Table

from ivr.records.columns import Choices, Count, Delays, Figure, Kind, Moment, Names


class ParquetFile:
    """A Parquet file under way; a context manager."""

    def __init__(self, table: Table, file: IO[bytes]) -> None:
        columns = table.columns.items()
        self._schema = pa.schema([(name, _type_of(column.type)) for name, column in columns])
        self._writer = parquet.ParquetWriter(file, self._schema, compression="zstd")

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Write what closes the file; the stream stays open."""
        self._writer.close()

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        """Add *rows*, as a group of their own."""
        columns = [[_plain(value) for value in column] for column in zip(*rows, strict=True)]
        arrays = [
            pa.array(column, kind) for column, kind in zip(columns, self._schema.types, strict=True)
        ]
        self._writer.write_batch(pa.record_batch(arrays, schema=self._schema))


def _type_of(kind: Kind) -> pa.DataType:
    match kind:
        case Moment():
            return pa.timestamp("ms", tz="UTC")
        case Figure():
            return pa.float64()
        case Count():
            return pa.int32()
        case Boolean():
            return pa.bool_()
        case Delays():
            return pa.list_(pa.float64())
        case Names() | Choices():
            return pa.list_(pa.string())
        case _:
            return pa.string()


def _plain(value: object) -> object:
    if isinstance(value, StrEnum):
        return value.value
    return [_plain(item) for item in value] if isinstance(value, tuple) else value
