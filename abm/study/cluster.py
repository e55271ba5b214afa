"""Executors on a Dask cluster, for those who have one."""

import logging
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from abm.errors import ClusterError

PATIENCE = 10.0  # seconds for the scheduler to answer, and for a first worker


@contextmanager
def dask_executor(address: str, patience: float = PATIENCE) -> Iterator[tuple[Executor, int]]:
    """An executor on the cluster of a scheduler such as ``tcp://host:8786``, and how many runs it does at once.

    Raises `ClusterError` where no scheduler or no worker answers in time.
    """
    try:
        from distributed import Client
    except ImportError:
        raise ClusterError("--dask needs the package distributed: pip install 'huzhu[cluster]'") from None
    try:
        client = Client(address, timeout=patience, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:  # a time-out is an OSError
        why = f"{type(error).__name__}: {error}" if isinstance(error, ValueError | TypeError) else "no answer"
        raise ClusterError(
            f"--dask {address}: no scheduler within {patience:g} s ({why}); start one with `dask scheduler`"
        ) from None
    with _without_its_log(), client:
        try:
            client.wait_for_workers(1, timeout=patience)
        except TimeoutError:
            raise ClusterError(
                f"--dask {address}: no worker within {patience:g} s; start some with"
                f" `dask worker {address} --nworkers 2 --nthreads 1`"
            ) from None
        executor = client.get_executor(pure=False)
        try:
            yield executor, sum(client.nthreads().values())
        finally:
            executor.shutdown(wait=False)


@contextmanager
def _without_its_log() -> Iterator[None]:
    """A lost cluster is one line of ours, and not sixty of Dask's."""
    logs = [logging.getLogger(name) for name in ("distributed", "distributed.client", "tornado.application")]
    before = [log.level for log in logs]
    for log in logs:
        log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for log, level in zip(logs, before, strict=True):
            log.setLevel(level)
