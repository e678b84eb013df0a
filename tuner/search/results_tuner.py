"""The results of a search, as KerasTuner's tuners give them."""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import keras
import keras_tuner
from keras_tuner.engine.trial import Trial

from tuner.errors import UserError
from tuner.problem import Problem
from tuner.study import Study, TrialRecord, list_study_names
from tuner.training import FinalJob, Job, Plan, Trainer
from tuner.training.network_building import restore_metrics
from tuner.words import count_noun, format_score

__all__ = ["ResultsTuner"]


class ResultsTuner(keras_tuner.Tuner):
    """Gives the results of a search.

    Attributes:
        study: The study on the disk; None before the search.
        problem: The rows and folds; None before the search.
        trainer: Trains the networks.
        root: The folder in which searches write their studies.
        resumable: The name of the study that a search would resume; None for a new one.
    """

    study: Study | None
    problem: Problem | None
    trainer: Trainer
    root: Path
    resumable: str | None = None
    _reloaded: Study | None = None

    @property
    @abstractmethod
    def plan(self) -> Plan:
        """How every trial is trained."""

    @property
    def records(self) -> list[TrialRecord]:
        """The finished trials, in the order in which they ended; none before the search.

        They lack their curves and probabilities, which the study on the disk has.
        """
        study = self.study or self._reloaded
        return [] if study is None else [record.brief for record in study.read_trials()]

    def reload(self) -> None:
        """Open the study that a search of this tuner would resume, for its trials.

        Raises:
            UserError: The tuner names no study, or there is none of this name yet.
        """
        if self.study is not None:
            return  # its trials are known
        if self.resumable not in list_study_names(self.root):
            raise UserError("there was no search yet; call search(x, y) first")
        self._reloaded = Study.open(self.resumable, self.root)

    def load_model(self, trial: Any) -> keras.Model:
        """Train a trial's network on all training rows, for the number of epochs that it chose.

        The folds' networks are not kept. Cross-validation scores the recipe; this method trains
        the network that the recipe gives.
        """
        if self.problem is None or self.study is None:
            raise UserError(
                "networks of folds are not kept: call search(x, y) with the same rows first, which "
                "trains no ended trial again"
            )
        number = int(trial.trial_id)
        record = next(record for record in self.study.read_trials() if record.trial == number)
        curves = record.average_curves(self.study.record.split)
        job = Job(number, trial.hyperparameters)
        final = FinalJob(job, record.result.epoch, curves=curves)
        (network,) = self.trainer.train_on_all_rows(
            [final], self.hypermodel, problem=self.problem, plan=self.plan
        )
        restore_metrics(network, self.hypermodel, trial.hyperparameters, self.problem)
        return network

    def get_best_models(self, num_models: int = 1) -> list[keras.Model]:
        """Return the networks of the best trials, trained on all training rows, best first."""
        return [self.load_model(trial) for trial in self._get_best_trials(num_models)]

    def get_best_hyperparameters(self, num_trials: int = 1) -> list[keras_tuner.HyperParameters]:
        """Return the hyperparameters of the best completed trials, best first."""
        return [trial.hyperparameters for trial in self._get_best_trials(num_trials)]

    def results_summary(self, num_trials: int = 10) -> None:
        """Print the best completed trials: hyperparameters, score, and its standard error."""
        best = self._get_best_trials(num_trials)
        for line in _summarize_results(best, self.records, self.oracle.objective, self.project_dir):
            print(line)

    @property
    def project_dir(self) -> str:
        """The study's folder; before the search, KerasTuner's own, which is deleted at the end."""
        study = self.study or self._reloaded
        return str(study.folder if study else Path(self.directory) / self.project_name)

    def _get_best_trials(self, most: int) -> list[Any]:
        """Return KerasTuner's trials of the best completed ones, best first."""
        if self.problem is None:
            self.reload()
        to_loss = self.plan.objective.to_loss
        completed = [record for record in self.records if record.completed]
        completed.sort(key=lambda record: (to_loss(record.result.score), record.trial))
        return [self._make_trial(record) for record in completed[:most]]

    def _make_trial(self, record: TrialRecord) -> Any:
        """Return KerasTuner's trial of a record: the oracle's, unless it is of an earlier run."""
        known = {int(trial_id): trial for trial_id, trial in self.oracle.trials.items()}
        if record.trial in known:
            return known[record.trial]
        hyperparameters = self.oracle.get_space()
        hyperparameters.values = dict(record.hyperparameters)
        return Trial(hyperparameters, str(record.trial), status="COMPLETED")


def _summarize_results(
    best: Sequence[Any], records: Sequence[TrialRecord], objective: Any, folder: str
) -> Iterator[str]:
    """Yield a line for each of the best trials, and one for each of its hyperparameters.

    Args:
        best: KerasTuner's trials, the best first.
        records: All trials that ended.
        objective: KerasTuner's objective.
        folder: The study's folder.
    """
    results = {record.trial: record.result for record in records}
    yield f"Results in {folder}"
    yield f"{count_noun(len(records), 'trial')}, the best first; {objective}"
    for trial in best:
        result = results[int(trial.trial_id)]
        score = format_score(result.score, result.standard_error)
        size = f"{result.parameters:,} parameters"
        yield f"trial {int(trial.trial_id)}: {score}, epoch {result.epoch}, {size}"
        for name, value in trial.hyperparameters.values.items():
            yield f"  {name}: {value}"
