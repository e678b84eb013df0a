"""The MLflow mirror of a study."""

from tuner.tracking.mirror import MlflowMirror
from tuner.tracking.saved_view import locate_page
from tuner.tracking.sqlite_uris import find_database, make_sqlite_uri, warn_about_network
from tuner.tracking.tracking_uri import choose_tracking_uri

__all__ = [
    "MlflowMirror",
    "choose_tracking_uri",
    "find_database",
    "locate_page",
    "make_sqlite_uri",
    "warn_about_network",
]
