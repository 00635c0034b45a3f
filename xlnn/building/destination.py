"""Decide where a workbook may be written, and move it there once it is complete."""

import shutil
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from xlnn.atomic_write import check_place, folder_for, replacing
from xlnn.errors import Message, OutputError, OutputNameError, XlnnError
from xlnn.loading.spec import read_spec
from xlnn.xlsx.fingerprint import State, state
from xlnn.xlsx.package import inspect

OUTPUT = Path("output")
"""The default folder of workbooks."""

WAYS = Message(
    "choose another name with -o, continue from it with --from, or overwrite it with --force"
)
"""What to do about a workbook that the user changed."""

WAYS_OF_PROGRAMS = (
    "give another path, save its numbers with xlnn.values, or overwrite it with force=True"
)
"""The same for programmers with their own model."""


@dataclass(frozen=True)
class Destination:
    """The place where a workbook is written, and what may be overwritten there.

    Attributes
    ----------
    path : Path
    force : bool
        Whether to overwrite any file there.
    ways : str
        What to do about a workbook that the user has changed.
    """

    path: Path
    force: bool = False
    ways: str = WAYS

    def check(self) -> None:
        """Refuse a place that cannot be written, or a file that must not be overwritten.

        Raises
        ------
        OutputError
            The folder is missing or not writable, the name is not ``.xlsx``, or, without `force`,
            there is a file that xlnn did not write or that was changed since.
        """
        if self.path.suffix.lower() != ".xlsx":
            raise OutputNameError(
                "{path}: the output is a workbook, so its name must end in .xlsx.", path=self.path
            )
        # the default folder is made later, so only its parent is checked here
        check_place(self.path if self.path.parent != OUTPUT or OUTPUT.exists() else OUTPUT)
        if self.path.exists() and not self.force:
            self._check_replaceable()

    def _check_replaceable(self) -> None:
        try:
            current = state(self.path)
            if current is State.AS_BUILT:
                return
            inspect(self.path)
            read_spec(self.path)
        except XlnnError as error:
            raise OutputError(
                "{path} was not written by xlnn: choose another name with -o, or overwrite it with "
                "--force.",
                path=self.path,
            ) from error
        raise OutputError(
            "{path} was changed after xlnn built it: {ways}."
            if current is State.CHANGED
            else "{path} may have been changed, because another program or an older xlnn wrote it: "
            "{ways}.",
            path=self.path,
            ways=self.ways,
        )

    def publish(self, draft: Path) -> None:
        """Move a finished workbook here atomically: the old one stays until it is replaced.

        A file that the user saved here during the build is not overwritten either.

        Raises
        ------
        OutputError
            It cannot be written, or must not be overwritten; see `check`.
        """
        self.check()
        made = folder_for(OUTPUT) if self.path.parent == OUTPUT else nullcontext()
        with made, draft.open("rb") as source, replacing(self.path) as target:
            shutil.copyfileobj(source, target)
