"""How the heavy libraries are imported, and with which settings."""
