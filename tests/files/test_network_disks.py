"""File systems of a network are known by the mounts that the system lists."""

import os
import time

import pytest

from tuner.files import network_disks
from tuner.files.leftovers import remove_leftovers
from tuner.files.network_disks import find_network
from tuner.files.whole_files import write_once

MOUNTS = """\
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
40 27 0:39 / {place}/home rw,relatime shared:2 master:1 - nfs4 server:/home rw
41 40 0:40 / {place}/home/my\\040disk rw,nosuid - fuse.sshfs me@host:/data rw,user_id=0
42 40 0:41 / {place}/home/local rw - xfs /dev/sdb rw
43 27 0:42 / {place}/lab rw - cifs //server/lab rw
44 27 0:43 / {place}/lab rw - tmpfs none rw
45 27 0:44 / {place}/crypt rw - fuse.gocryptfs /home/crypt rw
"""


@pytest.fixture
def place(tmp_path, monkeypatch):
    place = tmp_path.resolve() / "disks"
    (place / "home").mkdir(parents=True)
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS.format(place=place))
    monkeypatch.setattr(network_disks, "_MOUNTS", mounts)
    return place


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("", ""),
        ("home", "nfs4"),
        ("home/me/runs/not/there", "nfs4"),
        ("homes", ""),
        ("home/my disk/runs", "fuse.sshfs"),
        ("home/local/runs", ""),
        ("lab", ""),  # what is mounted over it is on this host
        ("crypt", ""),
    ],
)
def test_the_deepest_mount_that_is_on_top_counts(place, name, kind):
    assert find_network(place / name) == kind


def test_links_are_followed(place, tmp_path):
    (tmp_path / "link").symlink_to(place / "home")
    assert find_network(tmp_path / "link" / "runs") == "nfs4"


def test_a_system_that_does_not_say_has_no_network(place, tmp_path, monkeypatch):
    monkeypatch.setattr(network_disks, "_MOUNTS", tmp_path / "none")
    assert find_network(place / "home") == ""


@pytest.mark.parametrize(("days", "is_left"), [(0.5, False), (1.5, True)])
def test_leftovers_on_a_network_are_known_by_their_age(place, days, is_left):
    """A process of another host may be at work on the file, though this host sees no lock."""
    temporary = place / "home" / f".study.json-{'0' * 16}.tmp"
    folder = place / "home" / ".model-abcdefgh"
    folder.mkdir()
    (folder / "name").write_text("model")
    temporary.write_text("half")
    then = time.time() - days * 86_400
    for path in (temporary, folder):
        os.utime(path, (then, then))
    remove_leftovers(place / "home")
    assert temporary.exists() is folder.exists() is not is_left


def test_a_file_that_is_written_once_is_read_by_the_handle_that_has_its_lock(tmp_path, monkeypatch):
    """On Windows' file servers no other handle may read a locked file."""
    monkeypatch.setattr("tuner.files.whole_files.digest_file", pytest.fail)
    path = write_once(tmp_path, ".txt", lambda file: file.write(b"42"))
    assert path.read_bytes() == b"42"
