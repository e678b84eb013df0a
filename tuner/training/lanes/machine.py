"""What this machine can train at once: how many blocks of lanes, and how large they should be."""

from pathlib import Path

import tensorflow as tf

from tuner.machine.memory import count_cores, read_memory
from tuner.training.gpu import Gpu, find_gpu
from tuner.training.lanes.data import LaneData
from tuner.training.lanes.interfaces import LaneShape

__all__ = ["Machine"]

# A block's weights, momenta and gradients should take three times a core's second-level cache.
# Measured on two cores with the shape of digits and batches of 32. An EPYC, 3 layers of 128 units:
# blocks of 1 MB 36 GFLOP/s, of 2.5 MB 63 to 70, of 5 MB 57, of 10 MB 44. A Xeon with 2 MB, depths
# 0 to 6, medians: blocks of 1.5 MB 7.1 s, of 3 MB 7.0, of 4.5 MB 6.9, of 6 MB 6.6, of 9 MB 6.9.
_CACHES = 3
_BLOCK_BYTES = (3 * 2**20, 6 * 2**20)  # smallest and largest block
_SECOND_CACHE = Path("/sys/devices/system/cpu/cpu0/cache/index2/size")  # such as 2048K
# A lane trains alone if its rows times weights and momenta in a step are at least this many.
# Measured on two cores, GFLOP/s side by side and alone. A Xeon with AVX-512: 3 layers of 128 units
# and 64 rows (5 million) 71 and 48; of 256 and 64 (19 million) 89 and 81; of 512 and 32 (38
# million) 69 and 68; 2 of 512 and 128 (80 million) 104 and 101. An EPYC: 3 of 128 and 64 41 to 49
# and 50 to 58; of 512 and 128 (200 million) 71 and 96.
_FILLS_A_CORE = 20_000_000
_GPU_SHARE = 0.6  # of a GPU's memory that a block may take; the rest is for XLA, and for errors
_MOST_THREADS = 16  # each needs the interpreter between its epochs
_SHARE = 0.5  # of the free memory that blocks may take
_RESULTS_SHARE = 0.1  # of the free memory that results may take
_UNKNOWN_BYTES = 4 * 2**30  # of free memory, if the system does not say
_COHORT = 64  # most trials at once; the more there are, the more can train side by side


class Machine:
    """The device that lanes train on.

    On a CPU each core trains a block of its own, in its own thread, and the block's matrix
    products use that one thread. At these sizes two threads in one product are slower than one
    (measured: 70 GFLOP/s of all blocks with one thread each, 27 with two). A GPU trains one block
    at a time, as large as its memory allows, and XLA compiles the block's program.

    TensorFlow's threads can be set only before its first operation. If a user's process has used
    TensorFlow before, its threads stay as they are. Two threads may then split a product depending
    on where a lane is in memory, and the last bits of a trial's results depend on its neighbours.

    Args:
        cores: How many cores may train. None for all of this process.
        gpu: The GPU that trains. None for that of this process, if it has one.

    Attributes:
        gpu: The GPU that trains; None for a CPU.
        threads: How many blocks train at once.
        block_bytes: How many bytes a block should take.
        compiles: Whether XLA compiles the programs of stacked networks. On a CPU they would be
            slower, and take seconds to compile.
    """

    def __init__(self, cores: int | None = None, gpu: Gpu | None = None) -> None:
        self.gpu = gpu or find_gpu()
        self.compiles = self.gpu is not None
        if self.gpu is not None:
            self.threads, self.block_bytes = 1, int(self.gpu.memory * _GPU_SHARE)
            return
        self.threads = min(cores or count_cores(), _MOST_THREADS)
        self.block_bytes = _choose_block_bytes()
        try:
            tf.config.threading.set_intra_op_parallelism_threads(1)
            tf.config.threading.set_inter_op_parallelism_threads(self.threads)
        except RuntimeError:
            pass  # TensorFlow has been used already

    def trains_alone(self, shape: LaneShape) -> bool:
        """Return whether a lane of this shape keeps a core busy by itself.

        Side by side, such lanes only evict each other's weights from the caches. The answer depends
        on the shape alone, like everything that affects a trial's result.
        """
        return self.gpu is None and shape.step_products >= _FILLS_A_CORE

    def count_trials_in_block(self, shape: LaneShape, data: LaneData) -> int:
        """Return how many trials of a shape a block should have, at least 1."""
        folds = len(data.problem.folds)
        if self.gpu is None:
            return max(1, self.block_bytes // shape.estimate_bytes(folds, shape.batch_size))
        needed = shape.estimate_epoch_bytes(folds, data)
        return max(1, (self.block_bytes - data.count_bytes()) // needed)

    def count_blocks_at_once(self, largest: int) -> int:
        """Return how many blocks can train at once.

        Args:
            largest: Bytes of the largest block.
        """
        if self.gpu is not None:
            return 1
        return max(1, min(self.threads, int(_read_free_bytes() * _SHARE) // largest))

    def count_trials_at_once(self, result_bytes: int, processes: int = 1) -> int:
        """Return how many trials should be given to the trainer at once.

        Their results are kept in memory, since a trial that has ended may have to wait for others
        (`Race`).

        Args:
            result_bytes: Bytes of one trial's result.
            processes: How many processes share the trials, each about as fast as a core.
        """
        most = _COHORT * -(-processes // 2)
        return max(1, min(most, int(_read_free_bytes() * _RESULTS_SHARE) // result_bytes))


def _choose_block_bytes() -> int:
    """Return how many bytes a block should take, from the size of a core's second-level cache."""
    least, most = _BLOCK_BYTES
    try:
        cache = int(_SECOND_CACHE.read_text().strip().removesuffix("K")) * 1024
    except (OSError, ValueError):  # not every system says
        return least
    return max(least, min(_CACHES * cache, most))


def _read_free_bytes() -> int:
    """Return the bytes of free memory."""
    memory = read_memory()
    return memory.free if memory else _UNKNOWN_BYTES
