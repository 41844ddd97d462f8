"""The lake on an object store instead of a folder."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote
from urllib.request import Request, urlopen

import pandas as pd
import pytest

from resources.lake.resource import LakeResource
from traderai_assets.domain.errors import CorruptPartition, LakeError, WriteConflict

BTC = "binance.BTC-USDT.5m"
ODD = "okx.A~c3~89-USDT_USDT+26A.1h"


@pytest.fixture
def bucket():
    script = Path(__file__).with_name("bucket.py")
    command = [sys.executable, script]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603
        yield f"http://127.0.0.1:{server.stdout.readline().strip()}"
        server.kill()


@pytest.fixture
def lake(bucket):
    options = {
        "aws_endpoint": bucket,
        "aws_allow_http": "true",
        "aws_region": "eu-west-1",
        "aws_access_key_id": "nobody",
        "aws_secret_access_key": "nothing",
    }
    return LakeResource(root="s3://lake/platform", storage_options=options)


def urls(bucket):
    """Of every object in the bucket."""
    with urlopen(f"{bucket}/lake?list-type=2") as answer:  # noqa: S310
        listed = answer.read().decode()
    keys = [part.partition("</Key>")[0] for part in listed.split("<Key>")[1:]]
    return [f"{bucket}/lake/{quote(key)}" for key in keys]


@pytest.mark.processes
def test_a_bucket_serves_as_well_as_a_folder(lake, bars, month_of_bars, publish, bucket):
    for market in (BTC, ODD):
        publish(lake, "2026-03", month_of_bars("2026-03"), market=market)
    snapshot = lake.snapshot(bars)
    assert snapshot.markets() == [BTC, ODD]
    for market in (BTC, ODD):
        pd.testing.assert_frame_equal(snapshot.read(market, ["2026-03"]), month_of_bars("2026-03"))
    assert len(lake.history(bars, ODD, "2026-03")) == 1
    assert all("/lake/platform/bars/" in url for url in urls(bucket))


@pytest.mark.processes
def test_a_bucket_refuses_a_stale_writer_too(lake, bars, month_of_bars, publish):
    stale = lake.snapshot(bars)
    publish(lake, "2026-03", month_of_bars("2026-03"), run="winner")
    with pytest.raises(WriteConflict, match="run winner"):
        publish(lake, "2026-03", month_of_bars("2026-03", rows=9), snapshot=stale)


@pytest.mark.processes
def test_a_damaged_object_is_found_and_healed(lake, bars, month_of_bars, publish, bucket):
    publish(lake, "2026-03", month_of_bars("2026-03"))
    (url,) = [url for url in urls(bucket) if url.endswith(".zstd.parquet")]
    with urlopen(url) as answer:  # noqa: S310
        content = answer.read()
    urlopen(Request(url, content[:-9], method="PUT")).close()  # noqa: S310
    with pytest.raises(CorruptPartition, match="materialize"):
        lake.snapshot(bars).read(BTC, ["2026-03"])
    publish(lake, "2026-03", month_of_bars("2026-03"))
    assert len(lake.snapshot(bars).read(BTC, ["2026-03"])) == 6


@pytest.mark.processes
def test_a_bucket_is_maintained(lake, bars, month_of_bars, publish):
    for rows in (1, 2):
        publish(lake, "2026-03", month_of_bars("2026-03", rows=rows))
    report = lake.maintain(bars, keep=timedelta(hours=1))
    assert (report.checkpoint_version, report.leftovers_removed) == (2, 0)
    assert len(lake.snapshot(bars).read(BTC, ["2026-03"])) == 2


def test_a_store_that_does_not_answer_is_not_called_damaged(bars):
    options = {
        "aws_endpoint": "http://127.0.0.1:9",
        "aws_allow_http": "true",
        "aws_region": "eu-west-1",
        "aws_access_key_id": "nobody",
        "aws_secret_access_key": "nothing",
        "max_retries": "0",
    }
    lake = LakeResource(root="s3://lake/platform", storage_options=options)
    with pytest.raises(LakeError, match="s3://lake/platform/bars cannot be reached") as raised:
        lake.snapshot(bars)
    assert not isinstance(raised.value, CorruptPartition)
