"""Files on the disk: whole ones, which are ours, checksums, and what killed processes left."""
