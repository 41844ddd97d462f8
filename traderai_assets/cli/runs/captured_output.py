"""What the steps of a run printed, as Dagster has captured it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dagster import DagsterInstance


class CapturedOutput:
    """What a run printed to stdout or stderr, each line returned once."""

    def __init__(self, instance: "DagsterInstance", run_id: str, stream: str) -> None:
        self._instance = instance
        self._run_id = run_id
        self._stream = stream
        self._read: dict[str, int] = {}

    def news(self) -> Iterator[str]:
        """Yield the lines printed since the last call; one that may go on yet waits."""
        from dagster._core.storage.compute_log_manager import ComputeIOType

        manager = self._instance.compute_log_manager
        for file in self._files():
            key = manager.build_log_key_for_run(self._run_id, file)
            read = self._read.get(file, 0)
            data, _ = manager.get_log_data_for_type(key, ComputeIOType(self._stream), read, None)
            printed = data or b""
            if not manager.is_capture_complete(key):
                printed = printed[: printed.rfind(b"\n") + 1]
            self._read[file] = read + len(printed)
            yield from printed.decode(errors="replace").splitlines()

    def _files(self) -> list[str]:
        """Return where the run's processes have printed to, as the run's own log says."""
        from dagster import DagsterEventType

        records = self._instance.get_records_for_run(
            self._run_id, of_type=DagsterEventType.LOGS_CAPTURED
        ).records
        events = [record.event_log_entry.dagster_event for record in records]
        return [event.logs_captured_data.file_key for event in events if event is not None]
