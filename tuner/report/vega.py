"""Vega, Vega-Lite and Vega-Embed as one script, kept between runs since it takes 2 s to bundle."""

from contextlib import suppress
from functools import cache
from importlib.metadata import version

from tuner.files.whole_files import find_cache_folder, write_whole

__all__ = ["bundle_vega"]

_SNIPPET = "window.vegaEmbed = vegaEmbed;"


@cache
def bundle_vega() -> str:
    """Return the script, from vl-convert's own copy of the libraries.

    The user's cache folder keeps it for the next process, if it can be written.
    """
    path = find_cache_folder() / f"vega-{version('vl-convert-python')}.js"
    with suppress(OSError, UnicodeDecodeError):  # not there yet, or damaged: bundle it
        script = path.read_text(encoding="utf-8")
        if script:
            return script
    script = _bundle()
    with suppress(OSError):  # the next process bundles it again
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, lambda file: file.write(script.encode()))
    return script


def _bundle() -> str:
    import vl_convert

    script: str = vl_convert.javascript_bundle(_SNIPPET)
    return script.replace("</script", "<\\/script").replace("<!--", "<\\!--")
