"""The MLflow mirror of a study."""

from tuner.tracking.mirror import MlflowMirror, default_tracking_uri

__all__ = ["MlflowMirror", "default_tracking_uri"]
