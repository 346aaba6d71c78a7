"""Many cases at once, each worker with a local AWS of its own."""

import concurrent.futures
import pathlib
import queue
import sys
from collections.abc import Callable, Iterable, Iterator

from .cloud import Cloud

TESTS = pathlib.Path(__file__).resolve().parents[1]
# Cases of the language need no AWS and have a runner of their own: tests/language.py.
LANGUAGE = TESTS / "cases/language"


def find_cases(folders: Iterable[pathlib.Path]) -> list[pathlib.Path]:
    """Returns the case folders at or below the given ones, or all there are; a folder without any ends the program."""
    found: set[pathlib.Path] = set()
    for folder in list(folders) or [TESTS / "cases", TESTS / "variants"]:
        files = [*folder.rglob("main.tf"), *folder.rglob("case.json")]
        below = {path.parent.resolve() for path in files if not hidden(path.relative_to(folder))}
        below = {path for path in below if LANGUAGE not in path.parents}
        if not below:
            print(f"{folder}: no case (a folder with a main.tf or a case.json) at or below it", file=sys.stderr)
            sys.exit(2)
        found |= below
    return sorted(found)


def hidden(path: pathlib.Path) -> bool:
    """Returns whether a file is a part of a case (a step, a module) and no case itself."""
    return any(part.startswith(("step", "modules", ".", "expected")) for part in path.parts[:-1])


def each(cases: list[pathlib.Path], jobs: int, work: Callable) -> Iterator[tuple[pathlib.Path, object]]:
    """Yields (case, result of `work(case, cloud)`) as they are finished; an exception of the work is raised here."""
    idle: queue.Queue[Cloud] = queue.Queue()
    jobs = max(1, min(jobs, len(cases)))
    clouds = [Cloud() for _ in range(jobs)]
    try:
        for cloud in clouds:
            idle.put(cloud)

        def one(case: pathlib.Path):
            cloud = idle.get()
            try:
                return work(case, cloud)
            finally:
                idle.put(cloud)

        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            futures = {pool.submit(one, case): case for case in cases}
            for future in concurrent.futures.as_completed(futures):
                yield futures[future], future.result()
    finally:
        for cloud in clouds:
            cloud.__exit__()
