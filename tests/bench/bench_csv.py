"""A bare import: each line of CSV files as it is into a table of SQLite, in one transaction; beside it the portal's."""

import csv
import sqlite3
import sys
from pathlib import Path

database = sqlite3.connect(sys.argv[1])
database.execute("pragma journal_mode=wal")
for number, name in enumerate(sys.argv[2:]):
    with Path(name).open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file, delimiter=";" if ";" in file.readline() else ",")
        width = len(next(rows))
        database.execute(f"create table file_{number} ({', '.join(f'c{each}' for each in range(width))})")
        marks = ", ".join("?" * width)
        database.executemany(
            f"insert into file_{number} values ({marks})", ((row + [""] * width)[:width] for row in rows)
        )
database.commit()
