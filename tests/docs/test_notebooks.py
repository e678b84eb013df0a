"""Every notebook of the documents runs as it stands."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.helpers.documents import ROOT
from tests.helpers.warm_processes import warm_command

NOTEBOOKS = sorted((ROOT / "docs").glob("*.ipynb"))


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
# ipykernel says that it listens on this machine, and opens its sockets with what zmq calls outdated
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::RuntimeWarning")
def test_a_notebook_runs(path: Path, tmp_path: Path):
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(tmp_path)}}
    client = NotebookClient(
        notebook, timeout=900, startup_timeout=900, kernel_name="python3", resources=resources
    )
    kernel = client.create_kernel_manager()
    kernel.kernel_spec.argv = warm_command("ipykernel_launcher", "-f", "{connection_file}")
    client.execute()
    assert "INFO:tensorflow" not in nbformat.writes(notebook)  # nor anything else of its logger


def test_there_are_the_two_that_the_documents_name():
    names = [path.name for path in NOTEBOOKS]
    assert names == ["data_frame_to_served_model.ipynb", "from_keras_tuner.ipynb"]
    text = (ROOT / "docs" / "from-python.md").read_text(encoding="utf-8")
    assert all(f"]({name})" in text for name in names)
