"""What a study has found, as values and tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tuner.api.entry import Entry
from tuner.model.hypermodel_object import HypermodelObject
from tuner.phrasing import phrase
from tuner.run.finished import read_last_summary
from tuner.run.opening import load_setup
from tuner.run.setup import Setup
from tuner.run.summarizing import summarize_study
from tuner.study import SearchSettings, Study, require_study

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["StudyResults"]


class StudyResults:
    """What a study has found. All of it is read from the study's folder when it is asked for.

    Args:
        study: The study on the disk.
        hypermodel: That which is its space, if a Python program gave one.

    Attributes:
        name: The study's name.
        folder: Its folder.
        question: What its space asks.
        settings: The settings of its search.
    """

    def __init__(self, study: Study, hypermodel: HypermodelObject | None = None) -> None:
        # a program may change its folder
        self._study = Study(study.record, study.folder.absolute())
        self._hypermodel = hypermodel
        self._loaded: Setup | None = None
        self._known: tuple[int, dict[str, Any]] | None = None
        self.name = study.record.name
        self.folder = self._study.folder
        self.question = study.record.title
        self.settings: SearchSettings = study.record.settings

    @property
    def summary(self) -> Mapping[str, Any]:
        """The object that `tuner search --json` prints; of an unfinished study, as it is now."""
        return read_last_summary(self._study) or self._summarize()

    @property
    def answer(self) -> str:
        """The answer to the study's question, in a sentence or two."""
        return phrase(str(self._find_entry("answer")))

    @property
    def answers(self) -> list[Entry]:
        """For each hyperparameter that is compared, the question's own first: its settings.

        Each has `hyperparameter`, `best`, `not_told_apart`, `settings` and `sentence`.
        """
        return [
            Entry({**answer, "sentence": phrase(answer["sentence"])})
            for answer in self._find_entry("answers")
        ]

    @property
    def best(self) -> Entry:
        """The best trial.

        Among others: `trial`, `hyperparameters`, `parameters`, `epoch`, `score`, `standard_error`,
        and `corrected_score`, which is corrected for the choice.
        """
        return Entry(self._find_entry("best"))

    @property
    def smallest(self) -> Entry:
        """The smallest trial within one standard error of the best; as `best`."""
        return Entry(self._find_entry("smallest"))

    @property
    def ensemble(self) -> Entry:
        """The best average of networks: its `members`, whether it is `better`; as `best`."""
        return Entry(self._find_entry("ensemble"))

    @property
    def test(self) -> dict[str, Entry]:
        """The exported model's `score` and `standard_error` on the held-out rows, by objective."""
        return {name: Entry(score) for name, score in self._find_entry("test").items()}

    @property
    def baselines(self) -> list[Entry]:
        """Simple classifiers on the same folds, each compared with what is exported.

        Each has `name`, `score`, `standard_error`, `difference` and `verdict`, among others.
        """
        return [Entry(baseline) for baseline in self._find_entry("baselines")]

    def classes_dataframe(self) -> pd.DataFrame:
        """Return one row per class: how well the exported model recognises it, out of fold.

        Columns: `name`, `rows`, `recall` and `precision`, each with its standard error.
        """
        import pandas as pd

        return pd.DataFrame(self._find_entry("class_scores"))

    @property
    def threshold(self) -> Entry | None:
        """Of two classes: from which probability on the second one is predicted, and what it gains.

        Among others: `rule`, `predicted`, `value`, `score`, `half`, `standard_error`. None if the
        more probable class is predicted.
        """
        threshold = self._find_entry("threshold")
        return None if threshold is None else Entry(threshold)

    def trials_dataframe(self) -> pd.DataFrame:
        """Return one row per trial: its hyperparameters, its scores and their standard errors.

        The columns are those of scikit-learn's `cv_results_`, and more: `trial`, `status`,
        `parameters`, `epoch`, `score`, `standard_error`, `seconds` …

        Raises:
            DataError: The data cannot be read, or have changed.
        """
        from tuner.analysis import make_results_table

        return make_results_table(self._study, self._setup.truth)

    def curves_dataframe(self, trial: int | None = None) -> pd.DataFrame:
        """Return the learning curves: one row for each epoch of each fold of a trial.

        Columns: `trial`, `fold` and `epoch`, then `loss`, `val_loss`, `accuracy`, `val_accuracy`
        and `penalty`. The losses are the cross-entropy of the data alone; `penalty` is what the
        regularizers add to `loss`.

        Args:
            trial: The number of a trial. None for all trials.

        Raises:
            StudyError: There is no such trial.
        """
        from tuner.api.tables import make_curves_table

        return make_curves_table(self._study, trial)

    def _find_entry(self, name: str) -> Any:
        """Return an entry of the summary of the last run; of what is known now if it did not end.

        A study of an older version may lack an entry, too.
        """
        last = read_last_summary(self._study)
        return last[name] if name in last else self._summarize()[name]

    def _summarize(self) -> dict[str, Any]:
        """Return the summary of the trials so far."""
        require_study(self.name, self.folder)
        written = self._study.journal.path.stat().st_size
        if self._known is None or self._known[0] != written:
            self._known = written, summarize_study(self._setup, self._study)
        return self._known[1]

    @property
    def _setup(self) -> Setup:
        if self._loaded is None:
            self._loaded = load_setup(self._study, hypermodel=self._hypermodel)
        return self._loaded
