"""Every query of queries.txt against DuckDB: the same rows, in the same order where the SQL orders them.

A pair is `== title`, the query, `--`, the SQL. `sum` and `avg` of floats are written `fsum` and an
exact division there: c360 rounds sums once.
"""
import math
import os
import subprocess
from datetime import date, datetime
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

import query_tables

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BINARY = Path(os.environ.get("C360_BINARY", ROOT / ".build/release/c360"))


def corpus():
    pairs = []
    for block in (HERE / "queries.txt").read_text().split("\n== ")[1:]:
        title, rest = block.split("\n", 1)
        query, sql = rest.split("\n--\n")
        pairs.append((title.strip(), query.strip(), sql.strip()))
    return pairs


CORPUS = corpus()


def plain(value):
    if isinstance(value, float) and value == 0:
        return 0.0
    if isinstance(value, datetime):
        return round(value.timestamp() * 1e6)
    return value


def key(row):
    def part(value):
        if value is None:
            return (2, "")
        if isinstance(value, float):
            # Sums may differ in the last bits; rows are told apart by more than those.
            return (1, "nan") if math.isnan(value) else (0, f"{value:.9e}")
        if isinstance(value, bool):
            return (0, str(value))
        return (0, f"{value:.9e}") if isinstance(value, int) else (0, str(value))
    return [part(value) for value in row]


def same(ours, theirs):
    if isinstance(ours, float) or isinstance(theirs, float):
        if ours is None or theirs is None:
            return ours is theirs
        if math.isnan(ours) or math.isnan(theirs):
            return math.isnan(ours) and math.isnan(theirs)
        return ours == theirs or math.isclose(ours, theirs, rel_tol=1e-12)
    return ours == theirs


@pytest.fixture(scope="module")
def peer(tmp_path_factory):
    folder = tmp_path_factory.mktemp("queries")
    tables = query_tables.write(folder)
    lines = [query_tables.declarations()]
    for place, (_, query, _) in enumerate(CORPUS):
        lines.append(f'output q{place} = {query} to "q{place}.parquet"')
    (folder / "queries.c360").write_text("\n".join(lines))
    found = subprocess.run([BINARY, "run", "--quiet", "--no-cache", "queries.c360"], cwd=folder, capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    for table in tables:
        connection.execute(f"CREATE TABLE {table} AS SELECT * FROM '{folder}/{table}.parquet'")
    connection.execute("CREATE VIEW per_customer AS SELECT customer_id, count(*) AS n, coalesce(fsum(amount), 0) AS spent FROM orders GROUP BY 1")
    connection.execute("CREATE VIEW big AS SELECT customer_id, quantity, channel FROM orders WHERE quantity > 2")
    return folder, connection


@pytest.mark.parametrize("place", range(len(CORPUS)), ids=[title for title, _, _ in CORPUS])
def test_query(peer, place):
    folder, connection = peer
    title, query, sql = CORPUS[place]
    table = pq.read_table(folder / f"q{place}.parquet")
    ours = [[plain(value) for value in row.values()] for row in table.to_pylist()]
    relation = connection.execute(sql)
    names = [column[0] for column in relation.description]
    theirs = [[plain(value) for value in row] for row in relation.fetchall()]
    assert table.column_names == names
    if "ORDER BY" not in sql.rsplit(")", 1)[-1]:
        ours.sort(key=key)
        theirs.sort(key=key)
    assert len(ours) == len(theirs), f"{query}\n{len(ours)} rows, not {len(theirs)}"
    for row, (left, right) in enumerate(zip(ours, theirs)):
        assert all(same(a, b) for a, b in zip(left, right)), f"{query}\nrow {row}: {left}, not {right}"


LONE = [None, "x", None, "", "y", None]


def test_a_lone_null_in_csv(tmp_path):
    """Of one column the file is the one that DuckDB writes, byte for byte, and it reads the same rows of it."""
    connection = duckdb.connect()
    connection.execute("CREATE TABLE words AS SELECT * FROM (SELECT unnest(range(6)) AS id, unnest(?::VARCHAR[]) AS word)", [LONE])
    connection.execute(f"COPY words TO '{tmp_path}/words.csv' (HEADER)")
    connection.execute(f"COPY (SELECT word FROM words ORDER BY id) TO '{tmp_path}/theirs.csv' (HEADER)")
    (tmp_path / "lone.c360").write_text(
        'edition 2026\nentity c\nactions words from "words.csv" { id: int @key\n word: text? }\n'
        'output ours = words | select word to "ours.csv"\n')
    found = subprocess.run([BINARY, "run", "--quiet", "lone.c360"], cwd=tmp_path, capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    assert (tmp_path / "ours.csv").read_bytes() == (tmp_path / "theirs.csv").read_bytes()
    read = connection.execute(
        f"SELECT word FROM read_csv('{tmp_path}/ours.csv', header = true, columns = {{'word': 'VARCHAR'}}, allow_quoted_nulls = false)")
    assert [word for (word,) in read.fetchall()] == LONE


def test_the_corpus_is_large():
    assert len(CORPUS) >= 200
    assert len({title for title, _, _ in CORPUS}) == len(CORPUS)
