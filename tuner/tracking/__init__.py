"""The MLflow mirror of a study."""

from tuner.tracking.mirror import MlflowMirror
from tuner.tracking.saved_view import locate_page
from tuner.tracking.tracking_uri import choose_tracking_uri

__all__ = ["MlflowMirror", "choose_tracking_uri", "locate_page"]
