"""What a run said: level by level, with where an error came from, and as it comes."""

import threading

import dagster as dg
import pytest
from dagster._core.events import ComputeLogsCaptureData
from dagster._core.storage.compute_log_manager import ComputeIOType

from traderai_assets.cli.runs import logs
from traderai_assets.cli.runs.captured_output import CapturedOutput
from traderai_assets.domain.errors import NotEnoughData


@pytest.fixture
def ended(instance, capsys):
    """Run a job that says something, prints something and fails."""

    @dg.op
    def work(context: dg.OpExecutionContext) -> None:
        context.log.debug("a small thing")
        context.log.warning("a larger thing")
        raise NotEnoughData("12 bars, and 500 are needed")

    @dg.job
    def train() -> None:
        work()

    run_id = train.execute_in_process(instance=instance, raise_on_error=False).run_id
    capsys.readouterr()
    return run_id


@pytest.mark.processes
def test_steps_and_errors_are_told_and_asides_are_not(traderai, ended):
    lines = traderai("runs", "logs", ended[:8]).out.splitlines()
    assert any('INFO     work: Started execution of step "work".' in line for line in lines)
    assert any("WARNING  work: a larger thing" in line for line in lines)
    assert not any("a small thing" in line for line in lines)
    error = next(number for number, line in enumerate(lines) if " ERROR    work: " in line)
    below = [line for line in lines[error + 1 :] if line.startswith("    ")]
    assert any("in work" in line for line in below)
    assert "    traderai_assets.domain.errors.NotEnoughData: 12 bars, and 500 are needed" in below


@pytest.mark.processes
def test_a_level_leaves_out_what_is_below_it(traderai, ended):
    said = {
        level: traderai("runs", "logs", ended, "--level", level).out.count("thing")
        for level in ("debug", "info", "error")
    }
    assert said == {"debug": 2, "info": 1, "error": 0}


def test_an_event_that_says_nothing_is_told_by_its_kind(traderai, instance, run):
    made = run("train", dg.DagsterRunStatus.NOT_STARTED)
    enqueued = dg.DagsterEvent(dg.DagsterEventType.RUN_ENQUEUED.value, job_name="train")
    instance.report_dagster_event(enqueued, made.run_id)
    assert traderai("runs", "logs", made.run_id).out.endswith("Z INFO     run enqueued\n")


@pytest.mark.processes
def test_what_steps_printed_is_told_apart(traderai, instance, ended):
    [record] = instance.get_records_for_run(
        ended, of_type=dg.DagsterEventType.LOGS_CAPTURED
    ).records
    captured = record.event_log_entry.dagster_event.logs_captured_data
    key = instance.compute_log_manager.build_log_key_for_run(ended, captured.file_key)
    for stream in ("stdout", "stderr"):
        kind = ComputeIOType(stream)
        with instance.compute_log_manager.open_log_stream(key, kind) as file:
            file.write(f"printed to {stream}\nwithout an end")
    assert traderai("runs", "logs", ended, "--stdout").out == "printed to stdout\nwithout an end\n"
    assert traderai("runs", "logs", ended, "--stderr").out == "printed to stderr\nwithout an end\n"


def test_a_line_that_is_not_ended_waits_for_its_end(instance, run):
    made = run("train", dg.DagsterRunStatus.STARTED)
    data = ComputeLogsCaptureData("work", ["work"])
    captured = dg.DagsterEvent(
        dg.DagsterEventType.LOGS_CAPTURED.value, "train", event_specific_data=data
    )
    instance.report_dagster_event(captured, made.run_id)
    key = instance.compute_log_manager.build_log_key_for_run(made.run_id, "work")
    printed = CapturedOutput(instance, made.run_id, "stdout")
    with instance.compute_log_manager.open_log_stream(key, ComputeIOType.STDOUT) as file:
        file.write("one\ntwo")
        file.flush()
        assert list(printed.news()) == ["one"]
        file.write(" and more\nthr\u00e9e")
        file.flush()
        assert list(printed.news()) == ["two and more"]
    assert list(printed.news()) == []


def test_a_run_that_never_worked_printed_nothing(traderai, run):
    made = run("train", dg.DagsterRunStatus.QUEUED)
    assert traderai("runs", "logs", made.run_id, "--stdout").out == ""


def test_following_tells_every_event_once_and_ends_with_the_run(
    traderai, instance, run, monkeypatch
):
    monkeypatch.setattr(logs, "_PAGE", 2)
    monkeypatch.setattr(logs, "SECONDS_BETWEEN_POLLS", 0.05)
    made = run("train", dg.DagsterRunStatus.STARTED)
    for number in range(3):
        instance.report_engine_event(f"before {number}", made)
    later = threading.Timer(
        0.5, lambda: (instance.report_engine_event("meanwhile", made), end(made))
    )

    def end(run):
        instance.report_run_failed(run, "the last word")

    later.start()
    out = traderai("runs", "logs", made.run_id, "--follow").out
    later.join()
    told = [line.split(maxsplit=3)[3] for line in out.splitlines()]
    assert told == ["before 0", "before 1", "before 2", "meanwhile", "the last word"]


def test_ctrl_c_ends_following_quietly(traderai, run, monkeypatch):
    def interrupt(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(logs.time, "sleep", interrupt)  # type: ignore[attr-defined]
    made = run("train", dg.DagsterRunStatus.STARTED)
    assert traderai("runs", "logs", made.run_id, "--follow") == (0, "", "")
