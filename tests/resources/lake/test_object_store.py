"""The lake on an object store: a bucket on loopback that speaks as much of S3 as Delta asks for."""

import hashlib
import threading
from datetime import timedelta
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

import pandas as pd
import pytest

from resources.lake.resource import LakeResource
from traderai_assets.domain.errors import CorruptPartition, WriteConflict

BTC = "binance.BTC-USDT.5m"
ODD = "okx.A~c3~89-USDT_USDT+26A.1h"


class Bucket(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    @property
    def key(self):
        return unquote(urlsplit(self.path).path).removeprefix("/lake").lstrip("/")

    def do_PUT(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with self.server.lock:
            if self.headers["If-None-Match"] == "*" and self.key in self.server.objects:
                return self.answer(412)
            self.server.objects[self.key] = body
        return self.answer(200, ETag=etag(body))

    def do_GET(self):
        query = parse_qs(urlsplit(self.path).query)
        if "list-type" in query:
            return self.listed(query)
        body = self.server.objects.get(self.key)
        if body is None:
            return self.answer(404)
        headers = {"ETag": etag(body), "Last_Modified": formatdate(usegmt=True)}
        wanted = self.headers["Range"]
        if wanted is None or self.command == "HEAD":
            return self.answer(200, body, **headers)
        first, last = wanted.removeprefix("bytes=").split("-")
        start = int(first) if first else len(body) - int(last)
        part = body[start : int(last) + 1] if first and last else body[start:]
        span = f"bytes {start}-{start + len(part) - 1}/{len(body)}"
        return self.answer(206, part, Content_Range=span, **headers)

    do_HEAD = do_GET  # noqa: N815

    def do_DELETE(self):
        self.server.objects.pop(self.key, None)
        self.answer(204)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        for part in body.split("<Key>")[1:]:
            self.server.objects.pop(part.partition("</Key>")[0], None)
        self.answer(200, b"<DeleteResult></DeleteResult>")

    def listed(self, query):
        prefix = query.get("prefix", [""])[0]
        after = query.get("start-after", [""])[0]
        deep = "delimiter" not in query
        keys = [k for k in sorted(self.server.objects) if k.startswith(prefix) and k > after]
        here = [k for k in keys if deep or "/" not in k[len(prefix) :]]
        folders = {prefix + k[len(prefix) :].split("/")[0] + "/" for k in set(keys) - set(here)}
        entries = "".join(
            f"<Contents><Key>{escape(k)}</Key><Size>{len(self.server.objects[k])}</Size>"
            f"<LastModified>2026-03-01T00:00:00.000Z</LastModified></Contents>"
            for k in here
        ) + "".join(
            f"<CommonPrefixes><Prefix>{escape(folder)}</Prefix></CommonPrefixes>"
            for folder in sorted(folders)
        )
        self.answer(200, f"<ListBucketResult>{entries}</ListBucketResult>".encode())


def etag(body):
    return f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'


@pytest.fixture
def bucket():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Bucket)
    server.objects, server.lock = {}, threading.Lock()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def lake(bucket):
    options = {
        "aws_endpoint": f"http://127.0.0.1:{bucket.server_port}",
        "aws_allow_http": "true",
        "aws_region": "eu-west-1",
        "aws_access_key_id": "nobody",
        "aws_secret_access_key": "nothing",
    }
    return LakeResource(root="s3://lake/house", storage_options=options)


def test_a_bucket_serves_as_well_as_a_folder(lake, bars, month_of_bars, publish, bucket):
    for market in (BTC, ODD):
        publish(lake, "2026-03", month_of_bars("2026-03"), market=market)
    snapshot = lake.snapshot(bars)
    assert snapshot.markets() == [BTC, ODD]
    for market in (BTC, ODD):
        pd.testing.assert_frame_equal(snapshot.read(market, ["2026-03"]), month_of_bars("2026-03"))
    assert len(lake.history(bars, ODD, "2026-03")) == 1
    assert all(key.startswith("house/bars/") for key in bucket.objects)


def test_a_bucket_refuses_a_stale_writer_too(lake, bars, month_of_bars, publish):
    stale = lake.snapshot(bars)
    publish(lake, "2026-03", month_of_bars("2026-03"), run="winner")
    with pytest.raises(WriteConflict, match="run winner"):
        publish(lake, "2026-03", month_of_bars("2026-03", rows=9), snapshot=stale)


def test_a_damaged_object_is_found_and_healed(lake, bars, month_of_bars, publish, bucket):
    publish(lake, "2026-03", month_of_bars("2026-03"))
    (path,) = [key for key in bucket.objects if key.endswith(".zstd.parquet")]
    bucket.objects[path] = bucket.objects[path][:-9]
    with pytest.raises(CorruptPartition, match="materialize"):
        lake.snapshot(bars).read(BTC, ["2026-03"])
    publish(lake, "2026-03", month_of_bars("2026-03"))
    assert len(lake.snapshot(bars).read(BTC, ["2026-03"])) == 6


def test_a_bucket_is_maintained(lake, bars, month_of_bars, publish):
    for rows in (1, 2):
        publish(lake, "2026-03", month_of_bars("2026-03", rows=rows))
    report = lake.maintain(bars, keep=timedelta(hours=1))
    assert (report.checkpoint_version, report.leftovers_removed) == (2, 0)
    assert len(lake.snapshot(bars).read(BTC, ["2026-03"])) == 2
