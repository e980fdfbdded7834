"""The one way a command writes a file: looked at before any work, written whole at the end.

A target is named long before there is anything to write: whether it may be written is said first, so
that no import is made and then refused for its marked sheet. The content goes into a new file in the
same folder, is brought to the disk and then takes the target's name; who reads the target sees the
old file or the new one, never half of one.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from errno import EACCES, ELOOP, ENOENT
from pathlib import Path
from typing import Annotated

import typer

from actions.access import workspace_files
from actions.errors import Finding, Refused
from cli.output import current

_MOST_LINKS = 40
"""Of one name after another, as Linux allows."""

Force = Annotated[
    bool, typer.Option("--force", help="Overwrite an existing output file (never an input).")
]


class OutputFile:
    """A place that may be written, as it was found when the command began.

    Links are followed once, here: the file that they name is written and they stay, as with any
    program that opens its output by name. What is written is what was judged: the path as typed is
    never looked at again.
    """

    def __init__(
        self,
        path: Path,
        endings: Sequence[str] | None,
        *,
        force: bool,
        inputs: Iterable[Path | None] = (),
        private: bool = False,
    ) -> None:
        """
        Parameters
        ----------
        endings : what the content may be called, lower case with the dot; None for anything
        force : whether an existing file may be overwritten
        inputs : the other files of the same command, which never are
        private : whether nobody but the owner may read it, also where another file was before

        Raises
        ------
        typer.BadParameter
            The ending is none of ``endings``.
        Refused
            E926 it cannot be written there, E927 it exists, E928 it is the workspace or an input,
            E929 it is no regular file.
        """
        output = current.get()
        self.path = path
        self._force = force
        try:
            self._place = _place(path)
            found, typed = _stat(self._place), _stat(path)
        except (OSError, ValueError) as error:
            raise _unwritable(path, error) from None
        if any(one is not None and not stat.S_ISREG(one.st_mode) for one in (found, typed)):
            raise Refused(Finding("E929", params={"path": str(path)}))
        if typed is not None and (found is None or not os.path.samestat(typed, found)):
            # A file without a name, which an open handle still leads to (/dev/fd/3).
            raise _unwritable(path, OSError(ENOENT, os.strerror(ENOENT)))
        kept = [*workspace_files(output.workspace), *(one for one in inputs if one is not None)]
        if any(_is_same(self._place, found, one) for one in kept):
            raise Refused(Finding("E928", params={"path": str(path)}))
        if endings is not None and path.suffix.lower() not in endings:
            said = output.say("command.ending", file=str(path), endings=" | ".join(endings))
            raise typer.BadParameter(said)
        if not self._place.parent.is_dir():
            raise _unwritable(path, OSError(ENOENT, os.strerror(ENOENT)))
        if not os.access(self._place.parent, os.W_OK | os.X_OK):
            raise _unwritable(path, OSError(EACCES, os.strerror(EACCES)))
        if found is not None and not force:
            raise _exists(path)
        if found is not None and not os.access(self._place, os.W_OK):
            raise _unwritable(path, OSError(EACCES, os.strerror(EACCES)))
        if private:
            self._mode: int | None = 0o600
        else:
            self._mode = None if found is None else stat.S_IMODE(found.st_mode)

    def write(self, content: bytes) -> None:
        """Write all of it or nothing. Raises Refused as `whole`."""
        with self.whole() as beside:
            beside.write_bytes(content)

    @contextlib.contextmanager
    def whole(self) -> Iterator[Path]:
        """A new file to write, which takes the target's name when the block ends well.

        Raises Refused: E926, or E927 where another program made the file in the meantime.
        """
        # A short name of its own: the target's may already be as long as the system allows.
        beside = self._place.with_name(f".fourfold-{secrets.token_hex(8)}.part")
        try:
            # Until it is whole it is no more readable than what it replaces.
            mode = 0o666 if self._mode is None else 0o600
            os.close(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode))
            yield beside
            with open(beside, "r+b") as file:
                os.fsync(file.fileno())
            if self._mode is not None:
                os.chmod(beside, self._mode)
            self._take_place(beside)
            _sync_folder(self._place.parent)
        except OSError as error:
            raise _unwritable(self.path, error) from None
        finally:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)

    def _take_place(self, beside: Path) -> None:
        if self._force:
            os.replace(beside, self._place)
            return
        try:
            os.link(beside, self._place)
        except FileExistsError:
            raise _exists(self.path) from None
        except OSError:
            # A file system without hard links: hold the name first, so that of two commands that
            # write the same file one is still refused.
            try:
                open(self._place, "xb").close()
            except FileExistsError:
                raise _exists(self.path) from None
            os.replace(beside, self._place)


def _place(path: Path) -> Path:
    """Where the system itself would write, every link followed; the file need not be there.

    Each folder is asked of the system first: `realpath` alone takes ``none/..`` for nothing, and so
    names a file that the path as typed does not lead to. Raises OSError.
    """
    for _ in range(_MOST_LINKS):
        path.parent.stat()
        place = Path(os.path.realpath(path.parent), path.name)
        if not place.is_symlink():
            return place
        path = place.parent / place.readlink()
    raise OSError(ELOOP, os.strerror(ELOOP))


def _stat(path: Path) -> os.stat_result | None:
    """What a path leads to; None where nothing is yet, also at the end of a link."""
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _is_same(place: Path, found: os.stat_result | None, kept: Path) -> bool:
    """Whether two names are one file. Of a file that is not there yet only the name can be compared:
    without regard to case and composition, as some file systems do, since a name lost to caution
    costs little and a workspace lost costs all."""
    other = Path(os.path.realpath(kept))
    try:
        there = other.stat()
    except (OSError, ValueError):
        return _folded(place.name) == _folded(other.name) and _same_folder(place, other)
    return found is not None and os.path.samestat(found, there)


def _same_folder(one: Path, other: Path) -> bool:
    try:
        return os.path.samefile(one.parent, other.parent)
    except OSError:
        return False


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _sync_folder(folder: Path) -> None:
    """Bring the new name to the disk, where the system lets a folder be opened."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _exists(path: Path) -> Refused:
    return Refused(Finding("E927", params={"path": str(path)}))


def _unwritable(path: Path, error: OSError | ValueError) -> Refused:
    problem = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return Refused(Finding("E926", params={"path": str(path), "problem": problem}))
