"""Executors: the same results wherever the work runs, and messages where it cannot."""

from __future__ import annotations

import math
import sys
import types
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import ClassVar

import pytest

from bayes_rsi.checks.executor import ExecutorError, cluster, local
from bayes_rsi.errors import BayesRsiError

JOBS = [1.0, 4.0, 9.0, 16.0]
ROOTS = {1.0: 1.0, 4.0: 2.0, 9.0: 3.0, 16.0: 4.0}


@pytest.mark.parametrize("workers", [1, 2])
def test_local_workers_do_every_job_once(workers):
    with local(workers) as run:
        found = list(run(math.sqrt, JOBS))
    assert len(found) == len(JOBS)
    assert dict(found) == ROOTS


def test_one_worker_works_here_and_in_order():
    seen = []
    with local(1) as run:
        for job, _ in run(seen.append, JOBS):
            assert seen[-1] == job


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_of_a_job_comes_through(workers):
    with local(workers) as run, pytest.raises(ValueError, match=r"nonnegative|math domain"):
        list(run(math.sqrt, [4.0, -1.0]))


def test_no_worker_is_refused():
    with pytest.raises(ExecutorError, match="got 0 workers"), local(0):
        pass


@pytest.fixture
def dask(monkeypatch):
    """Put a module with the part of `distributed` that is used in its place."""

    class Client(ThreadPoolExecutor):
        opened: ClassVar[list[str]] = []

        def __init__(self, address, timeout):
            if "nowhere" in address:
                raise OSError(f"timed out after {timeout}")
            super().__init__(2)
            self.opened.append(address)
            self.closed = False

        def close(self):
            self.closed = True
            self.shutdown()

    module = types.ModuleType("distributed")
    module.Client, module.as_completed = Client, as_completed
    monkeypatch.setitem(sys.modules, "distributed", module)
    return Client


def test_a_cluster_does_every_job_once(dask):
    with cluster("tcp://scheduler:8786") as run:
        found = dict(run(math.sqrt, JOBS))
    assert found == ROOTS
    assert dask.opened == ["tcp://scheduler:8786"]


def test_a_scheduler_that_does_not_answer_is_named(dask):
    refused = pytest.raises(ExecutorError, match="no scheduler at tcp://nowhere:1")
    with refused, cluster("tcp://nowhere:1"):
        pass


def test_without_dask_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(BayesRsiError, match="install the extra 'cluster'"), cluster("tcp://a:1"):
        pass
