"""The worker process: `python -m app.worker critical` or `python -m app.worker default bulk`."""

import asyncio
import signal
import sys
from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from arq import ArqRedis
from arq.typing import WorkerCoroutine
from arq.worker import Worker, func
from redis.exceptions import RedisError

from app import slices
from app.kernel import config, observe
from app.kernel.observe import log
from app.kernel.relay import Relay, queue_name
from app.kernel.runner import run_row
from app.kernel.services import Services, build
from app.kernel.tasks import LEASE_SECONDS, Queue

POLL_SECONDS = {Queue.CRITICAL: 0.05, Queue.DEFAULT: 0.2, Queue.BULK: 0.5}
MAX_JOBS = {Queue.CRITICAL: 20, Queue.DEFAULT: 10, Queue.BULK: 5}
TIMEOUT_SECONDS = LEASE_SECONDS - 10  # past RUN_SECONDS, before anybody takes it for lost
# The row counts the tries. arq's only serve a job whose worker was stopped under it.
CARRIER_TRIES = 1000
RECONNECT_SECONDS = 1.0
END_TRIES = 3  # a second each


async def run(context: dict[Any, Any], task_id: str) -> None:
    """The one arq job: everything else about a task is in its row."""
    await run_row(context["services"], UUID(task_id))


THE_JOB = func(
    cast(WorkerCoroutine, run), keep_result=0, max_tries=CARRIER_TRIES, timeout=TIMEOUT_SECONDS
)


async def serve(queues: list[Queue]) -> None:
    """Run the relay and one arq worker a queue until SIGTERM or SIGINT."""
    settings = config.load()
    observe.configure(json=settings.is_production)
    services = build(settings, slices.registry())
    carrier = ArqRedis(connection_pool=services.redis.connection_pool)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    jobs = [asyncio.create_task(_consume(services, carrier, queue)) for queue in queues]
    jobs.append(asyncio.create_task(Relay(services, carrier, queues).run()))
    log.info("worker_started", queues=[str(q) for q in queues])
    await stop.wait()
    await end(jobs)
    await services.close()


async def end(jobs: Sequence[asyncio.Task[None]]) -> None:
    """Cancel until all obey, a few seconds at most: a library may swallow a cancel."""
    left = set(jobs)
    for _ in range(END_TRIES):
        for job in left:
            job.cancel()
        _, left = await asyncio.wait(left, timeout=1)
        if not left:
            return
    log.warning("worker_ends_late", jobs=len(left))


async def _consume(services: Services, carrier: ArqRedis, queue: Queue) -> None:
    """arq's worker ends when Valkey goes away; start it again until we are cancelled."""
    while True:
        worker = Worker(
            functions=[THE_JOB],
            redis_pool=carrier,
            queue_name=queue_name(queue),
            ctx={"services": services},
            poll_delay=POLL_SECONDS[queue],
            max_jobs=MAX_JOBS[queue],
            keep_result=0,  # a kept result would keep its row from being handed over again
            handle_signals=False,
            health_check_interval=3600,
        )
        try:
            await worker.async_run()
        except (RedisError, OSError) as error:
            log.warning("worker_reconnects", queue=str(queue), error=type(error).__name__)
        await asyncio.sleep(RECONNECT_SECONDS)


def main() -> None:
    queues = [Queue(name) for name in sys.argv[1:]] or list(Queue)
    asyncio.run(serve(queues))


if __name__ == "__main__":
    main()
