"""Where the files of a study are."""

from pathlib import Path

__all__ = ["StudyFolder"]


class StudyFolder:
    """The folder of a study, and the files in it that several parts of the package read or write.

    Attributes:
        folder: The study's folder, `<root>/studies/<name>`.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def root(self) -> Path:
        """The folder that holds everything that searches write."""
        return self.folder.parents[1]

    @property
    def model_folder(self) -> Path:
        """The folder of the exported model."""
        return self.folder / "model"

    @property
    def baselines_path(self) -> Path:
        """What the baselines came to, as arrays."""
        return self.folder / "baselines.npz"

    @property
    def prediction_times_path(self) -> Path:
        """How long the study's networks take to predict."""
        return self.folder / "prediction.json"

    @property
    def report_path(self) -> Path:
        """The page of the report."""
        return self.folder / "report.html"

    @property
    def figures_folder(self) -> Path:
        """The charts of the report."""
        return self.folder / "figures"

    @property
    def results_path(self) -> Path:
        """The table of the trials."""
        return self.folder / "results.csv"
