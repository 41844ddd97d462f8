"""A process is told from every other that ever had its number."""

import os
from dataclasses import replace

import pytest

from traderai_assets.domain.errors import InvalidInput
from traderai_assets.instance.process_identity import Liveness, ProcessIdentity


def test_a_process_lives_until_it_is_killed_also_while_nobody_has_waited_for_it(process):
    made = process()
    identity = ProcessIdentity.of(made.pid)
    assert identity.liveness() is Liveness.ALIVE
    made.kill()
    os.waitid(os.P_PID, made.pid, os.WEXITED | os.WNOWAIT)  # A zombie now
    assert identity.liveness() is Liveness.GONE
    made.wait()
    assert identity.liveness() is Liveness.GONE


def test_another_process_with_the_same_number_is_another():
    here = ProcessIdentity.here()
    assert here.liveness() is Liveness.ALIVE
    assert replace(here, started=here.started - 1).liveness() is Liveness.GONE


@pytest.mark.parametrize("change", [{"boot": "another"}, {"namespace": "pid:[1]"}])
def test_what_ran_before_the_machine_or_container_was_started_anew_is_gone(change):
    assert replace(ProcessIdentity.here(), **change).liveness() is Liveness.GONE


@pytest.mark.parametrize("change", [{"boot": "another"}, {"namespace": "pid:[1]"}])
def test_of_another_machine_nothing_can_be_said(change):
    other = replace(ProcessIdentity.here(), host="elsewhere", **change)
    assert other.liveness() is Liveness.ELSEWHERE


def test_an_identity_is_read_as_it_was_written():
    here = ProcessIdentity.here()
    assert ProcessIdentity.parse(here.text) == here
    assert here.label == f"process {os.getpid()} on {here.host}"


@pytest.mark.parametrize(
    "text",
    ["", "4711", "{}", "[1, 2]", '{"pid": 1}', ProcessIdentity.here().text.replace(": ", ":'")],
)
def test_what_identifies_no_process_is_refused(text):
    with pytest.raises(InvalidInput, match="identifies no process"):
        ProcessIdentity.parse(text)


@pytest.mark.parametrize("pid", [0, -1, "1", True])
def test_a_number_that_would_stop_more_than_one_process_is_refused(pid):
    with pytest.raises(InvalidInput, match="pid and started are numbers"):
        ProcessIdentity.parse(replace(ProcessIdentity.here(), pid=pid).text)


def test_there_is_no_identity_of_a_process_that_is_not(gone):
    with pytest.raises(ProcessLookupError, match=str(gone.pid)):
        ProcessIdentity.of(gone.pid)
