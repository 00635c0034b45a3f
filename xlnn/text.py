"""What is a workbook's text in a language? Read from ``templates/text``, a file a language."""

import tomllib
from dataclasses import dataclass
from typing import Any

from xlnn.errors import DataError
from xlnn.templates import folder


@dataclass(frozen=True)
class Text:
    """The words of one language.

    Attributes
    ----------
    lang : str
    words : dict
        Tables of words by section and key, as the file has them.
    """

    lang: str
    words: dict[str, Any]

    def __call__(self, section: str, key: str, **values: object) -> str:
        """Return a text, with its ``{braces}`` filled in."""
        return self.words[section][key].format(**values)

    @property
    def sheets(self) -> dict[str, str]:
        """The sheets' titles by their keys, in the workbook's order."""
        return dict(self.words["sheets"])


def languages() -> tuple[str, ...]:
    """Return the languages there are."""
    return tuple(sorted(path.stem for path in (folder() / "text").glob("*.toml")))


def text(lang: str) -> Text:
    """Return the words of a language.

    Raises
    ------
    DataError
        There is no such language.
    """
    if lang not in languages():
        raise DataError(f'There is no language "{lang}"; choose one of {", ".join(languages())}.')
    with (folder() / "text" / f"{lang}.toml").open("rb") as file:
        return Text(lang, tomllib.load(file))
