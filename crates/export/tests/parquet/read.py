# Reads the days in a folder with DuckDB and with pandas (pyarrow), and says in JSON what each made of them.
# deploy/dev/install-tools makes the environment: target/oracles/bin/python read.py FOLDER
import glob
import json
import sys

import duckdb
import pandas

root = sys.argv[1]


def by_duckdb():
    def table(name):
        return f"read_parquet('{root}/*/*/{name}.parquet', hive_partitioning = true)"

    sql = duckdb.connect()
    days = sql.execute(
        f"""SELECT CAST(day AS VARCHAR), count(*), count(code), sum(talk_ms), count(DISTINCT contact_id),
                   min(epoch_ms(placed_at)), max(epoch_ms(placed_at)), count(*) FILTER (code = 'VE03')
            FROM {table('attempts')} GROUP BY day ORDER BY day"""
    ).fetchall()
    return {
        "days": [list(day) for day in days],
        "said": sql.execute(f"SELECT count(*), count(*) FILTER (corrects) FROM {table('typifications')}").fetchone(),
        "agent_ms": sql.execute(f"SELECT sum(ms) FROM {table('agent_time')}").fetchone()[0],
        "accepted": sql.execute(
            f"SELECT count(*) FROM {table('sale_moves')} WHERE to_stage = 'aceptada'"
        ).fetchone()[0],
        "contacts": sql.execute(f"SELECT count(*), sum(attempts) FROM {table('contacts')}").fetchone(),
        "phone": sql.execute(f"SELECT min(phone) FROM {table('attempts')}").fetchone()[0],
        "kinds": sql.execute(
            f"SELECT typeof(placed_at), typeof(segment), typeof(talk_ms) FROM {table('attempts')} LIMIT 1"
        ).fetchone(),
    }


def by_pandas():
    def table(name):
        files = sorted(glob.glob(f"{root}/*/*/{name}.parquet"))
        return pandas.concat([pandas.read_parquet(file).assign(file=file) for file in files])

    attempts = table("attempts")
    days = []
    for _, day in attempts.groupby("file"):
        millis = day.placed_at.astype("int64")
        days.append(
            [
                day.file.iloc[0].split("day=")[1][:10],
                len(day),
                int(day.code.count()),
                int(day.talk_ms.sum()),
                int(day.contact_id.nunique()),
                int(millis.min()),
                int(millis.max()),
                int((day.code == "VE03").sum()),
            ]
        )
    said, moves, contacts = table("typifications"), table("sale_moves"), table("contacts")
    return {
        "days": days,
        "said": [len(said), int(said.corrects.sum())],
        "agent_ms": int(table("agent_time").ms.sum()),
        "accepted": int((moves.to_stage == "aceptada").sum()),
        "contacts": [len(contacts), int(contacts.attempts.sum())],
        "phone": attempts.phone.min(),
        "kinds": [str(attempts.placed_at.dtype)],
    }


print(json.dumps({"duckdb": by_duckdb(), "pandas": by_pandas()}))
