#!/usr/bin/env python3
"""Whole runs of kqlens beside DuckDB, Polars and chDB, on the same files with the same ten queries, the last of them also with all columns.

    cargo build --release
    python3 benches/whole.py --kqlens target/release/kqlens

Makes its data (once, in --data), runs every engine that is installed (`pip install duckdb polars chdb`) in a process of
its own, one after the other in turn, --runs times, checks that the answers agree, and prints for each query the best
wall time, CPU time (user and system) and the peak of memory of each, and kqlens' share of each other engine's. Times are
of whole processes, start included: that is what a person waits for.
"""

import argparse
import csv
import importlib.util
import io
import json
import os
import random
import resource
import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

# Name, KQL, and SQL in the dialects' common part. {hour}, {day}, {deployment} and {has_chat} differ by engine.
QUERIES = [
    ("usage by key", "T | where ApimSubscriptionId != '' | summarize count() by ApimSubscriptionId",
     "select ApimSubscriptionId, count(*) from T where ApimSubscriptionId <> '' group by 1"),
    ("usage by caller", "T | where ApimSubscriptionId != '' | summarize count() by CallerIpAddress",
     "select CallerIpAddress, count(*) from T where ApimSubscriptionId <> '' group by 1"),
    ("hour x backend", "T | where ApimSubscriptionId != '' | summarize count() by bin(TimeGenerated, 1h), BackendId",
     "select {hour}, BackendId, count(*) from T where ApimSubscriptionId <> '' group by 1, 2"),
    ("day x backend", "T | where ApimSubscriptionId != '' | summarize count() by bin(TimeGenerated, 1d), BackendId",
     "select {day}, BackendId, count(*) from T where ApimSubscriptionId <> '' group by 1, 2"),
    ("stacked", "T | where ApimSubscriptionId != '' | summarize count() by bin(TimeGenerated, 1h), BackendId"
     " | project TimeGenerated, BackendId, count_ | order by TimeGenerated asc, BackendId asc",
     "select {hour} h, BackendId b, count(*) from T where ApimSubscriptionId <> '' group by 1, 2 order by 1, 2"),
    ("by deployment", "T | extend D = extract(@'deployments/([^/]+)', 1, Url) | where ApimSubscriptionId != ''"
     " | summarize count() by D",
     "select {deployment}, count(*) from T where ApimSubscriptionId <> '' group by 1"),
    ("percentiles", "T | summarize percentiles(TotalTime, 50, 95, 99) by OperationName, bin(TimeGenerated, 1h)",
     "select OperationName, {hour}, {p50}, {p95}, {p99} from T group by 1, 2"),
    ("dcount", "T | summarize dcount(CallerIpAddress) by ApimSubscriptionId",
     "select ApimSubscriptionId, {dcount} from T group by 1"),
    ("has chat, 429", "T | where Url has 'chat' and ResponseCode == 429 | count",
     "select count(*) from T where {has_chat} and ResponseCode = 429"),
    ("top 10", "T | top 10 by TotalTime | project TotalTime",
     "select TotalTime from T order by TotalTime desc limit 10"),
    ("top 10, all columns", "T | top 10 by TotalTime", "select * from T order by TotalTime desc limit 10"),
]
TABLE = "ApiManagementGatewayLogs"
# Answers whose rows may differ by a little: sketches, ways to interpolate, columns of a table that no file has.
LOOSE = {"percentiles", "dcount", "top 10, all columns"}

DUCKDB = {
    "hour": "date_trunc('hour', TimeGenerated::timestamp)", "day": "date_trunc('day', TimeGenerated::timestamp)",
    "deployment": "regexp_extract(Url, 'deployments/([^/]+)', 1)",
    "has_chat": "regexp_matches(Url, '(?i)(^|[^a-z0-9])chat($|[^a-z0-9])')", "dcount": "approx_count_distinct(CallerIpAddress)",
    "p50": "approx_quantile(TotalTime, 0.5)", "p95": "approx_quantile(TotalTime, 0.95)", "p99": "approx_quantile(TotalTime, 0.99)",
}
CHDB = {
    "hour": "toStartOfHour(parseDateTimeBestEffort(toString(TimeGenerated)))",
    "day": "toStartOfDay(parseDateTimeBestEffort(toString(TimeGenerated)))",
    "deployment": "extract(Url, 'deployments/([^/]+)')",
    "has_chat": "match(Url, '(?i)(^|[^a-z0-9])chat($|[^a-z0-9])')", "dcount": "uniq(CallerIpAddress)",
    "p50": "quantile(0.5)(TotalTime)", "p95": "quantile(0.95)(TotalTime)", "p99": "quantile(0.99)(TotalTime)",
}


# --- the data -------------------------------------------------------------------------------------------------------

def rows(count, days):
    """Requests as API Management logs them, the same in every run."""
    dice = random.Random(4)
    start = datetime(2025, 2, 25, tzinfo=timezone.utc)
    keys = ["master", *(f"team-{n}" for n in range(12)), ""]
    for n in range(count):
        when = start + timedelta(seconds=days * 86_400 * n / count)
        model = dice.choice(["gpt4o-001", "gpt4o-mini-002", "text-embedding-3-large-001"])
        chat = not model.startswith("text")
        kind = "chat/completions" if chat else "embeddings"
        backend = f"apim-00{dice.randrange(3)}"
        code = 200 if dice.random() < 0.97 else dice.choice([429, 500, 401])
        total = int(dice.lognormvariate(6, 1))
        correlation = f"{dice.getrandbits(32):08x}-ab50-4bb1-abc2-{dice.getrandbits(48):012x}"
        url = f"/openai/deployments/{model}/{kind}?api-version=2024-02-01"
        headers = {"Content-Type": "application/json", "x-ms-region": "West Europe", "apim-request-id": correlation,
                   "x-ratelimit-remaining-tokens": str(dice.randrange(120_000))}
        yield {
            "ApiId": "azure-openai-service-api", "ApiRevision": "1", "ApimSubscriptionId": dice.choice(keys), "BackendId": backend,
            "BackendMethod": "POST", "BackendProtocol": "HTTP/1.1",
            "BackendRequestHeaders": {"Content-Type": "application/json", "X-Caller-Name": "caller"},
            "BackendResponseCode": code, "BackendResponseHeaders": headers, "BackendTime": total - 1,
            "BackendUrl": f"https://{backend}.openai.azure.com{url}", "Cache": "none", "CacheTime": 0,
            "CallerIpAddress": f"10.{dice.randrange(4)}.{dice.randrange(16)}.{dice.randrange(250)}", "Category": "GatewayLogs",
            "ClientProtocol": "HTTP/1.1", "ClientTime": 1, "ClientTlsVersion": "1.2", "CorrelationId": correlation,
            "IsRequestSuccess": code == 200, "IsTraceAllowed": False, "Method": "POST",
            "OperationId": "ChatCompletions_Create" if chat else "Embeddings_Create",
            "OperationName": "Microsoft.ApiManagement/GatewayLogs", "Region": "North Europe",
            "RequestHeaders": {"Host": "gateway.example.net", "X-Client-Name": "python-requests/2.32"},
            "RequestSize": dice.randrange(200, 8_000), "ResponseCode": code, "ResponseHeaders": headers,
            "ResponseSize": dice.randrange(200, 20_000), "SourceSystem": "Azure",
            "TimeGenerated": when.strftime("%Y-%m-%dT%H:%M:%S.") + f"{when.microsecond:06}0Z", "TotalTime": total, "Type": TABLE,
            "Url": f"https://gateway.example.net{url}", "UserId": "1",
            "_ResourceId": "/subscriptions/0/resourcegroups/rg/providers/microsoft.apimanagement/service/gateway",
        }


ENVELOPE = {"TimeGenerated": "time", "OperationName": "operationName", "Category": "category", "CorrelationId": "correlationId",
            "Region": "location", "IsRequestSuccess": "isRequestSuccess", "TotalTime": "durationMs",
            "CallerIpAddress": "callerIpAddress", "_ResourceId": "resourceId"}


def envelope(row):
    record = {name: row[column] for column, name in ENVELOPE.items()}
    record["properties"] = {
        column[0].lower() + column[1:]: value for column, value in row.items()
        if column not in ENVELOPE and column not in ("SourceSystem", "Type")
    }
    return record


def make(data, count, days):
    """Writes every format that is not there yet."""
    paths = {"export": data / "export.json", "setting": data / "setting.json", "csv": data / "query.csv",
             "parquet": data / "rows.parquet"}
    if not all(paths[name].exists() for name in ("export", "setting", "csv")):
        data.mkdir(parents=True, exist_ok=True)
        dump = json.JSONEncoder(separators=(",", ":")).encode
        with (open(paths["export"], "w") as export, open(paths["setting"], "w") as setting,
              open(paths["csv"], "w", newline="") as table):
            writer = None
            for row in rows(count, days):
                export.write(dump(row) + "\n")
                setting.write(dump(envelope(row)) + "\n")
                flat = {k: dump(v) if isinstance(v, dict) else v for k, v in row.items()}
                flat = {("TimeGenerated [UTC]" if k == "TimeGenerated" else k): v for k, v in flat.items()}
                if writer is None:
                    writer = csv.DictWriter(table, flat.keys())
                    writer.writeheader()
                writer.writerow(flat)
    if not paths["parquet"].exists():
        if installed("duckdb"):
            sql = (f"copy (select * replace (TimeGenerated::timestamp as TimeGenerated) from read_json('{paths['export']}', "
                   f"format='newline_delimited')) to '{paths['parquet']}' (format parquet)")
            subprocess.run([sys.executable, "-c", f"import duckdb; duckdb.sql({sql!r})"], check=True)
        else:
            del paths["parquet"]
    return paths


# --- the engines, each a process of its own -------------------------------------------------------------------------

PROPERTIES = {"ApimSubscriptionId": "apimSubscriptionId", "BackendId": "backendId", "Url": "url", "ResponseCode": "responseCode"}


def rows_of(form, table, quote):
    """A table with the columns' names that the queries have, as SQL. `quote` is what stands around odd names."""
    if form == "setting":
        inner = ", ".join(f"properties.{name} as {column}" for column, name in PROPERTIES.items())
        outer = ", ".join(f"{name} as {column}" for column, name in ENVELOPE.items())
        return f"(select {inner}, {outer} from {table})"
    if form == "csv":
        return f"(select *, {quote}TimeGenerated [UTC]{quote} as TimeGenerated from {table})"
    return f"(select * from {table})"


def duckdb_run(form, path, query):
    import duckdb
    read = {"export": f"read_json('{path}', format='newline_delimited')", "setting": f"read_json('{path}', format='newline_delimited')",
            "csv": f"read_csv('{path}')", "parquet": f"read_parquet('{path}')"}[form]
    table = rows_of(form, read, '"')
    sql = query.format(**DUCKDB).replace("from T", f"from {table} T")
    # An empty cell of CSV is the empty string.
    return [["" if cell is None else str(cell) for cell in row] for row in duckdb.sql(sql).fetchall()]


def chdb_run(form, path, query):
    import chdb
    kinds = {"export": "JSONEachRow", "setting": "JSONEachRow", "csv": "CSVWithNames", "parquet": "Parquet"}
    table = rows_of(form, f"file('{path}', '{kinds[form]}')", "`")
    text = str(chdb.query(query.format(**CHDB).replace("from T", f"from {table} T"), "CSV"))
    return list(csv.reader(io.StringIO(text)))


def polars_run(form, path, name):
    import polars as pl
    scan = {"export": pl.scan_ndjson, "setting": pl.scan_ndjson, "csv": pl.scan_csv, "parquet": pl.scan_parquet}[form](path)
    if form == "setting":
        inner = [pl.col("properties").struct.field(field).alias(column) for column, field in PROPERTIES.items()]
        scan = scan.select(*inner, *[pl.col(field).alias(column) for column, field in ENVELOPE.items()])
    if form == "csv":
        scan = scan.rename({"TimeGenerated [UTC]": "TimeGenerated"})
    time_column = pl.col("TimeGenerated")
    if form != "parquet":
        time_column = time_column.str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ")
    keyed = scan.filter(pl.col("ApimSubscriptionId").fill_null("") != "")
    hour, day = time_column.dt.truncate("1h").alias("h"), time_column.dt.truncate("1d").alias("d")
    chat = pl.col("Url").str.contains("(?i)(^|[^a-z0-9])chat($|[^a-z0-9])")
    total = pl.col("TotalTime")
    frame = {
        "usage by key": lambda: keyed.group_by("ApimSubscriptionId").len(),
        "usage by caller": lambda: keyed.group_by("CallerIpAddress").len(),
        "hour x backend": lambda: keyed.group_by(hour, "BackendId").len(),
        "day x backend": lambda: keyed.group_by(day, "BackendId").len(),
        "stacked": lambda: keyed.group_by(hour, "BackendId").len().sort("h", "BackendId"),
        "by deployment": lambda: keyed.group_by(pl.col("Url").str.extract("deployments/([^/]+)", 1)).len(),
        "percentiles": lambda: scan.group_by("OperationName", hour).agg(
            *[total.quantile(p).alias(str(p)) for p in (0.5, 0.95, 0.99)]),
        "dcount": lambda: scan.group_by("ApimSubscriptionId").agg(pl.col("CallerIpAddress").n_unique()),
        "has chat, 429": lambda: scan.filter(chat & (pl.col("ResponseCode") == 429)).select(pl.len()),
        "top 10": lambda: scan.select("TotalTime").top_k(10, by="TotalTime"),
        "top 10, all columns": lambda: scan.top_k(10, by="TotalTime"),
    }[name]()
    return [["" if cell is None else str(cell) for cell in row] for row in frame.collect(engine="streaming").rows()]


def child(engine, form, path, name):
    """What runs in another engine's process: prints the answer as JSON."""
    sql = next(sql for query, _, sql in QUERIES if query == name)
    answer = {"duckdb": lambda: duckdb_run(form, path, sql), "chdb": lambda: chdb_run(form, path, sql),
              "polars": lambda: polars_run(form, path, name)}[engine]()
    json.dump(answer, sys.stdout)


# --- measuring ------------------------------------------------------------------------------------------------------

def measure(command):
    """Wall and CPU seconds, peak memory in MiB, and what the command wrote."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    text, problem = process.stdout.read(), process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(problem.decode(errors="replace").strip().splitlines()[-1:] or process.returncode)
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, text


def plain(cell):
    """A cell as it is compared: numbers and times look different in every engine."""
    cell = cell.strip()
    for form in ("%Y-%m-%dT%H:%M:%S.%f0Z", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"):
        try:
            return datetime.strptime(cell.replace(".0000000Z", "Z"), form).isoformat()
        except ValueError:
            pass
    try:
        return f"{float(cell):.6g}"
    except ValueError:
        return cell


def same(name, ours, theirs):
    if name in LOOSE:
        return len(ours) == len(theirs)
    return sorted([plain(c) for c in row] for row in ours) == sorted([plain(c) for c in row] for row in theirs)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kqlens", default="target/release/kqlens")
    parser.add_argument("--data", type=Path, default=Path("target/whole"))
    parser.add_argument("--rows", type=int, default=700_000)
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--formats", default="export,setting,csv,parquet")
    parser.add_argument("--engines", default="duckdb,polars,chdb")
    parser.add_argument("--queries", help="only those whose name holds this")
    parser.add_argument("--child", nargs=4, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        child(*arguments.child)
        return
    paths = make(arguments.data / f"{arguments.rows}", arguments.rows, arguments.days)
    engines = [name for name in arguments.engines.split(",") if name and installed(name)]
    print("engines: kqlens", *engines)
    for form in arguments.formats.split(","):
        if form not in paths:
            continue
        size = paths[form].stat().st_size
        print(f"\n{form}, {size / 1e6:,.0f} MB, {arguments.rows:,} rows: wall s / CPU s / peak MiB; best of {arguments.runs}")
        print(f"{'':<20}" + "".join(f"{name:>24}" for name in ["kqlens", *engines]) + "   kqlens' share of CPU, wall, memory")
        for name, kql, _ in QUERIES:
            if arguments.queries and arguments.queries not in name:
                continue
            best, answers = {}, {}
            for _ in range(arguments.runs):
                for engine in ["kqlens", *engines]:
                    if engine == "kqlens":
                        command = [arguments.kqlens, "run", "-e", kql.replace("T |", f"{TABLE} |", 1), "--logs", str(paths[form]),
                                   "--format", "csv", "--quiet"]
                    else:
                        command = [sys.executable, __file__, "--child", engine, form, str(paths[form]), name]
                    try:
                        wall, cpu, memory, text = measure(command)
                    except RuntimeError as problem:
                        best[engine] = None
                        answers[engine] = str(problem)
                        continue
                    before = best.get(engine) or (wall, cpu, memory)
                    best[engine] = (min(before[0], wall), min(before[1], cpu), max(before[2], memory))
                    parsed = list(csv.reader(io.StringIO(text.decode())))[1:] if engine == "kqlens" else json.loads(text)
                    answers[engine] = parsed
            cells = [f"{'%.2f /%5.2f /%6.0f' % best[e] if best.get(e) else 'failed':>24}" for e in ["kqlens", *engines]]
            shares = []
            for engine in engines:
                if best.get(engine) and best.get("kqlens"):
                    wall, cpu, memory = (ours / theirs for ours, theirs in zip(best["kqlens"], best[engine]))
                    shares.append(f"{engine} {cpu:.2f} {wall:.2f} {memory:.2f}")
            print(f"{name:<20}" + "".join(cells) + "   " + "; ".join(shares))
            for engine in engines:
                if not best.get(engine):
                    print(f"    {engine}: {answers[engine]}")
                elif best.get("kqlens") and not same(name, answers["kqlens"], answers[engine]):
                    print(f"    {engine} gives another answer: {answers['kqlens'][:2]} … {answers[engine][:2]} …")
            if not best.get("kqlens"):
                print(f"    kqlens: {answers['kqlens']}")


def installed(name):
    # Not imported: what this process holds counts as the memory of those it starts.
    return importlib.util.find_spec(name) is not None


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
