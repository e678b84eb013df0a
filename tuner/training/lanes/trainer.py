"""The `lanes` trainer: trains a cohort's trials side by side, grouped by shape."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import keras
import keras_tuner

from tuner.problem import Problem
from tuner.training.fit import FitTrainer
from tuner.training.fold_networks import MakeNetwork
from tuner.training.gpu import Gpu
from tuner.training.lanes.cohort import Cohort
from tuner.training.lanes.cutting import cut_into_units
from tuner.training.lanes.data import LaneData
from tuner.training.lanes.final_training import train_final_lanes
from tuner.training.lanes.interfaces import LaneTrial, NeedsOwnFit
from tuner.training.lanes.keras_models import make_keras_trial
from tuner.training.lanes.machine import Machine
from tuner.training.lanes.programs import Programs
from tuner.training.lanes.stacked_mlps import is_mlp, make_mlp_trial, split_off_mlps
from tuner.training.lanes.threads import Threads, open_pool
from tuner.training.plan import FinalJob, Job, Plan
from tuner.training.result import TrialResult
from tuner.training.trainer import Trainer

__all__ = ["LanesTrainer"]

_KEPT_ARRAYS = 4  # of a trial's probabilities and losses, about, which a search keeps
_ROW_WORK = 4000  # parameters that take as long as what a row costs in any network; measured
_FEW_FACTOR = 2.0  # time of a lane beside few others, in times of its share beside many


class LanesTrainer(Trainer):
    """Trains all folds of many trials side by side.

    The trials of one shape, a lane group, train in one call. A group is cut into blocks of the
    size that the machine trains best, and each core trains one block after another. A trial's
    result does not depend on its block.

    Convolutional networks and those of custom hypermodels are trained through `stateless_call`,
    or, if that is impossible, by `fit`.

    Args:
        cores: How many cores it may use. None for all of this process.
        gpu: The GPU that it uses. None for that of this process, if it has one.
    """

    name = "lanes"

    def __init__(self, cores: int | None = None, gpu: Gpu | None = None) -> None:
        self.machine = Machine(cores, gpu)
        self.threads = Threads(self.machine.threads)
        self.programs: Programs | None = None
        self._own_fit_reasons: set[str] = set()
        self._xla_refusals: set[str] = set()

    def choose_cohort_size(self, problem: Problem, workers: int = 1) -> int:
        """Return how many trials of a problem this trainer should be given at once."""
        rows, classes = sum(problem.fold_rows), problem.classes
        # losses and the best probabilities, both kept at some rungs of a race
        return self.machine.count_trials_at_once(4 * rows * (classes + 1) * _KEPT_ARRAYS, workers)

    def cut(
        self,
        jobs: Sequence[Job],
        hypermodel: keras_tuner.HyperModel,
        *,
        plan: Plan,
        workers: int,
    ) -> list[list[Job]]:
        """Cut a cohort into units of trials that can train in one call.

        The order is that of a cohort's blocks: in a race by the trials' numbers; else networks that
        are not stacked first, since they take longest, then the largest units.
        """
        by_number = {job.trial: job for job in jobs}
        mlps, others = split_off_mlps(jobs, hypermodel, plan)

        def estimate_work(trial: LaneTrial) -> float:
            return (trial.parameters + _ROW_WORK) * (trial.epochs or plan.epochs)

        stacked = cut_into_units(mlps, estimate_work, workers)
        stacked.sort(key=lambda unit: -sum(map(estimate_work, unit)))
        units = [[job] for job in others] + [
            [by_number[trial.trial] for trial in unit] for unit in stacked
        ]
        return sorted(units, key=lambda unit: unit[0].trial) if plan.hooks.race else units

    @property
    def at_once(self) -> int:
        """How many trials train side by side, one on each core."""
        return self.machine.threads

    def train(
        self,
        jobs: Sequence[Job],
        hypermodel: keras_tuner.HyperModel,
        *,
        problem: Problem,
        plan: Plan,
    ) -> Iterator[TrialResult]:
        """Train the trials block by block; then those that need `fit`."""
        if self.programs is None or self.programs.data.problem is not problem:
            self.programs = Programs(LaneData(problem), self.machine)
        with open_pool(self.machine.threads) as pool:
            cohort = Cohort(
                problem,
                plan,
                machine=self.machine,
                programs=self.programs,
                threads=self.threads,
                pool=pool,
            )
            yield from cohort.train(jobs, hypermodel)
        for note in (
            *self._note_reasons(hypermodel, cohort.need_own_fit.values()),
            *self._note_refusals(self.programs),
        ):
            plan.hooks.on_note(note)
        if cohort.begun and plan.hooks.time_is_up():
            return
        remaining = [job for job in cohort.jobs if job.trial in cohort.need_own_fit]
        yield from FitTrainer().train(remaining, hypermodel, problem=problem, plan=plan)

    def train_on_all_rows(
        self,
        final_jobs: Sequence[FinalJob],
        hypermodel: keras_tuner.HyperModel,
        *,
        problem: Problem,
        plan: Plan,
    ) -> list[keras.Model]:
        """Train the networks of each trial side by side, as those of its folds were."""
        try:
            trials: dict[int, LaneTrial] = {}
            for final in final_jobs:
                if final.job.trial not in trials:
                    trials[final.job.trial] = _make_final_trial(final, hypermodel, problem, plan)
            variables = train_final_lanes(
                final_jobs,
                trials,
                problem=problem,
                plan=plan,
                machine=self.machine,
                threads=self.threads,
            )
        except NeedsOwnFit:  # the reason was noted during the search
            return FitTrainer().train_on_all_rows(
                final_jobs, hypermodel, problem=problem, plan=plan
            )
        return [
            trials[final.job.trial].make_network(values)
            for final, values in zip(final_jobs, variables, strict=True)
        ]

    def prepare_fold_networks(
        self,
        job: Job,
        hypermodel: keras_tuner.HyperModel,
        *,
        problem: Problem,
        plan: Plan,
    ) -> MakeNetwork:
        """Return what makes a Keras network of a lane's variables."""
        trial = _make_trial(job, hypermodel, problem, plan)
        return lambda fold, values: trial.make_network(values)

    def estimate_fold_times(self, networks: int) -> float:
        """Return the estimated time of training networks on all rows, in times of one fold.

        Lanes train as many at once as there are cores; `fit` trains one after another.
        """
        if self._own_fit_reasons:  # lanes could not train the search's networks
            return super().estimate_fold_times(networks)
        used = [] if self.programs is None else self.programs.used
        side_by_side = not used or any(each.stacks and not each.alone for each in used)
        factor = _FEW_FACTOR if side_by_side else 1.0
        return factor * -(-networks // self.machine.threads)

    def estimate_training_again(self, seconds: Sequence[float]) -> float:
        """Return the estimated seconds of training some trials again, one on each core."""
        if self._own_fit_reasons:
            return super().estimate_training_again(seconds)
        return max(*seconds, sum(seconds) / self.machine.threads)

    def _note_reasons(
        self, hypermodel: keras_tuner.HyperModel, reasons: Iterable[str]
    ) -> Iterator[str]:
        """Yield each reason once why networks are trained by `fit`."""
        for reason in sorted(set(reasons) - self._own_fit_reasons):
            self._own_fit_reasons.add(reason)
            name = type(hypermodel).__name__
            yield f"{name} is trained by fit, one fold after another: {reason}"

    def _note_refusals(self, programs: Programs) -> Iterator[str]:
        """Yield each reason once why XLA does not compile a program."""
        reasons = {program.refusal for program in programs.used} - {""}
        for reason in sorted(reasons - self._xla_refusals):
            self._xla_refusals.add(reason)
            yield f"XLA cannot compile a block, which runs without it: {reason}"


def _make_final_trial(
    final: FinalJob, hypermodel: keras_tuner.HyperModel, problem: Problem, plan: Plan
) -> LaneTrial:
    """Return a trial of all rows, whose learning rates fall where those of the folds did."""
    trial = _make_trial(final.job, hypermodel, problem.merge_folds(), plan)
    return replace(
        trial, find_learning_rate=lambda epoch, _: trial.find_learning_rate(epoch, final.curves)
    )


def _make_trial(
    job: Job, hypermodel: keras_tuner.HyperModel, problem: Problem, plan: Plan
) -> LaneTrial:
    if is_mlp(job, hypermodel, plan):
        return make_mlp_trial(job, hypermodel, plan)
    return make_keras_trial(job, hypermodel, problem, plan)
