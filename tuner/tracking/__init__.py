"""The MLflow mirror of a study."""

from tuner.tracking.mirror import MlflowMirror, chosen_tracking_uri, default_tracking_uri

__all__ = ["MlflowMirror", "chosen_tracking_uri", "default_tracking_uri"]
