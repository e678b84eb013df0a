"""Whether a folder lies on a file system that other hosts share over a network."""

import re
from pathlib import Path

__all__ = ["find_network"]

_MOUNTS = Path("/proc/self/mountinfo")
_KINDS = re.compile(
    r"nfs4?|cifs|smb[23]?|smbfs|9p|virtiofs|vboxsf|afs|ceph|lustre|gpfs|beegfs|ocfs2|gfs2|pvfs2|panfs"
    r"|wekafs|fuse\.(sshfs|glusterfs|ceph|s3fs|gcsfuse|goofys|rclone|juicefs|davfs2?|mfs|vmhgfs).*"
)
_ESCAPED = re.compile(r"\\([0-7]{3})")


def find_network(path: Path) -> str:
    """Return the kind of the network's file system that a path is on, such as "nfs4".

    Args:
        path: A file or folder, which need not exist.

    Returns:
        "" on a disk of this host, and where the system does not say.
    """
    try:
        lines = _MOUNTS.read_text(errors="surrogateescape").splitlines()
    except OSError:  # not on Linux
        return ""
    place = path.resolve()
    kind, deepest = "", 0
    for line in lines:
        # id, parent, device, root, mount point, options, optional fields, -, kind, source, options
        before, _, after = line.partition(" - ")
        point = Path(_ESCAPED.sub(lambda code: chr(int(code[1], 8)), before.split(" ")[4]))
        if place.is_relative_to(point) and len(point.parts) >= deepest:  # the last one is on top
            kind, deepest = after.split(" ")[0], len(point.parts)
    return kind if _KINDS.fullmatch(kind) else ""
