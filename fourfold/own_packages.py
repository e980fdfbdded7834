"""Are the packages behind the door our own?

They stand at the top level under plain names. A folder ``analysis`` beside a notebook comes first
on the path and hides ours: without this check some module would be missing much later, or worse,
be somebody else's.
"""

from __future__ import annotations

from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("actions", "analysis", "charts", "indicators", "locales", "reports", "survey_data")


def require_own_packages() -> None:
    """Raises ImportError that names each package of ours that another hides, and where that is.

    The words stand here and not in a catalogue: the catalogues are in one of the packages.
    """
    home = Path(__file__).resolve().parent.parent
    foreign = []
    for name in PACKAGES:
        places = _places(name)
        if home / name not in places:
            foreign.append(f"{name} ({places[0] if places else '—'})")
    if foreign:
        hidden = ", ".join(foreign)
        raise ImportError(
            f"四维自带的包被同名的包遮住：{hidden}。给那个文件夹或文件改名，或换个目录启动后再试。\n"
            f"Packages of Fourfold are hidden by others of the same name: {hidden}. "
            "Rename that folder or file, or start from another folder."
        )


def _places(name: str) -> list[Path]:
    """Folders or files that an import of the name would take; none when nothing is found."""
    try:
        found: ModuleSpec | None = find_spec(name)
    except (ImportError, ValueError):
        return []
    if found is None:
        return []
    if found.submodule_search_locations:
        return [Path(place).resolve() for place in found.submodule_search_locations]
    return [Path(found.origin).resolve()] if found.origin else []
