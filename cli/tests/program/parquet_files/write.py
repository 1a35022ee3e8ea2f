"""Writes sales.parquet and sales.csv, the same table, with polars 2.1: `python3 write.py` in this folder."""
import datetime as d
import decimal
import polars as pl

rows = range(60)
blank = lambda row, value: None if row % 13 == 5 else value
table = pl.DataFrame(
    {
        "shop": [["Oslo, north", 'the "Lima"', "Bern"][row % 3] for row in rows],
        "size": [blank(row, 1.5 * row - 4e-7) for row in rows],
        "weight": pl.Series([row / 10 for row in rows], dtype=pl.Float32),
        "count": pl.Series([blank(row, row * row % 17) for row in rows], dtype=pl.UInt16),
        "open": [row % 4 > 0 for row in rows],
        "day": [d.date(2023, 12, 20) + d.timedelta(days=row) for row in rows],
        "at": [d.datetime(1969, 12, 31, 20, 15) + d.timedelta(hours=row, milliseconds=row) for row in rows],
        "price": [blank(row, decimal.Decimal(row) / 100) for row in rows],
        "grade": pl.Series([blank(row, "abc"[row % 3]) for row in rows], dtype=pl.Categorical),
        "sold": [3.0 * row + row % 7 for row in rows],
    },
    schema_overrides={"at": pl.Datetime("ns"), "price": pl.Decimal(10, 2)},
)
# Of several groups of rows, in the compression that polars chooses: zstd.
table.write_parquet("sales.parquet", row_group_size=25)
table.write_csv("sales.csv")
