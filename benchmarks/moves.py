"""What moves the ratios of `make bench` from machine to machine, as found out by experiment."""

MOVES = """Tried on one processor (2 cores, 2 MB of L2 each, AVX-512), by changing one thing at
a time, in CPU seconds. Of three ratios: the walk of twenty sets of 155,520 bars against vectorbt
and against the bare kernel, and 155,520 bars of features against TA-Lib for all it has.

| what was changed | walk, vectorbt | walk, bare kernel | features, TA-Lib |
| --- | --- | --- | --- |
| nothing | 61x | 1.09x | 1.84x |
| the allocator keeps all pages (glibc's thresholds at 4 GB) | 66x | 1.14x | 1.48x |
| every array of more than 64 kB gets fresh pages | 30x | 1.07x | 2.67x |

- **Fresh pages** move most. A page that the allocator has given back is filled with zeros when
  it is touched again, which takes longer than the work on it: 6,689 pages cost the walk as much
  as its trades. Whether a process keeps its pages depends on what it did before (glibc raises
  its thresholds as it goes), on the kernel and on the hypervisor. Features were changed to write
  a month where it stays: 1,135 fresh pages a month became none.
- **Vector instructions** move little, at 8,640 bars: with AVX-512, without it, and without any
  AVX the walk is at 82x, 84x and 75x of vectorbt, 0.91x, 0.93x and 0.96x of the bare kernel,
  features at 4.6 to 5.2x, 4.0x and 4.2x of TA-Lib.
- **Threads of the peers**: only polars has any (74 ms of CPU on two cores where 54 do on one).
  vectorbt, TA-Lib, pandas, the bare kernel and ours compute on the calling thread alone; on one
  core nothing else changes. `evaluate_policies` uses all cores.
- **Caches** make the slopes. Ten times 155,520 bars are arrays of 12 MB, which L2 does not hold,
  where those of 1.2 MB stay in it: with no fresh page at all, `run_backtest` and its decisions
  take 13.6 times as long, the decisions' arithmetic alone 16 times, the walk 19, frames and
  figures 11 to 14.
- **Neighbours** at work empty the caches at each change of turns: beside ten busy processes on
  two cores an earlier version of the features fell from 1.13x of TA-Lib to 1.01x."""
