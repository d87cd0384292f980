"""Where the work of a check runs: in this process, in local ones, or on a cluster.

Invariant: results do not depend on where and in which order jobs run. A job carries everything that
its result depends on, its seed too, and its function is importable by name.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from importlib import import_module
from typing import Any, Protocol

from bayes_rsi.errors import BayesRsiError

__all__ = ["Executor", "ExecutorError", "cluster", "local"]


class ExecutorError(BayesRsiError, RuntimeError):
    """Workers that cannot be had."""


class Executor(Protocol):
    """Runs one function on many jobs."""

    def __call__[Job, Result](
        self, function: Callable[[Job], Result], jobs: Sequence[Job]
    ) -> Iterator[tuple[Job, Result]]:
        """Run.

        Parameters
        ----------
        function : callable
            Importable by name, of one job.
        jobs : sequence
            Jobs that can be pickled.

        Yields
        ------
        tuple
            Each job with its result, as they end.
        """


@contextmanager
def local(workers: int) -> Iterator[Executor]:
    """Run in this process, or in so many others.

    Parameters
    ----------
    workers : int
        One: here, one job after another. More: processes that start clean, each with a job.

    Yields
    ------
    Executor
        Its processes end with the block; jobs that have not begun are dropped.

    Raises
    ------
    ExecutorError
        When the number is not positive.

    Examples
    --------
    >>> with local(1) as run:
    ...     list(run(abs, [-2, 3]))
    [(-2, 2), (3, 3)]
    """
    if workers < 1:
        raise ExecutorError(f"got {workers} workers, expected at least one")
    if workers == 1:
        yield _here
        return
    # Threads of the numerical libraries do not survive a fork: every process starts clean.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context)
    try:
        yield _in(pool, as_completed)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def cluster(address: str) -> Iterator[Executor]:
    """Run on the workers of a Dask scheduler, which must have this package installed.

    Parameters
    ----------
    address : str
        Such as ``tcp://host:8786``.

    Yields
    ------
    Executor
        Connected until the block ends.

    Raises
    ------
    ExecutorError
        When Dask is not installed or the scheduler does not answer.

    Examples
    --------
    >>> with cluster("tcp://localhost:8786") as run:  # doctest: +SKIP
    ...     list(run(abs, [-2]))
    """
    try:
        distributed = import_module("distributed")
    except ModuleNotFoundError:
        raise ExecutorError(
            f"got a cluster at {address} and no Dask, expected the package 'distributed'; install "
            "the extra 'cluster', or leave --cluster out to run on this machine"
        ) from None
    try:
        client = distributed.Client(address, timeout="10s")
    except (OSError, ValueError) as error:
        raise ExecutorError(
            f"got no scheduler at {address} ({error}), expected one that answers; check the "
            "address, or leave --cluster out to run on this machine"
        ) from error
    try:
        yield _in(client, distributed.as_completed)
    finally:
        client.close()


def _here[Job, Result](
    function: Callable[[Job], Result], jobs: Sequence[Job]
) -> Iterator[tuple[Job, Result]]:
    for job in jobs:
        yield job, function(job)


def _in(pool: Any, ended: Callable[..., Any]) -> Executor:
    """Make an executor of anything with `submit`, whose futures `ended` gives as they end."""

    def run[Job, Result](
        function: Callable[[Job], Result], jobs: Sequence[Job]
    ) -> Iterator[tuple[Job, Result]]:
        waiting: dict[Future[Result], Job] = {pool.submit(function, job): job for job in jobs}
        for future in ended(list(waiting)):
            yield waiting[future], future.result()

    return run
