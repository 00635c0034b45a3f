"""What is a workbook's text in a language? Read from ``templates/text``, a file a language.

A file ends with what is said otherwise for some workbooks: ``table`` where the data is no
pictures, ``regression`` where numbers are predicted, ``maps`` where filters make maps of pictures,
and a template's name for its own words.
"""

import tomllib
from dataclasses import dataclass, replace
from typing import Any, Self

from xlnn.errors import DataError
from xlnn.shipped.templates import folder
from xlnn.workbooks.network.spec import Spec

VARIANTS = ("digits", "table", "regression", "maps")
"""What is said otherwise, each over the ones before it."""


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

    def of(self, spec: Spec) -> Self:
        """Return the words of one workbook."""
        variants = {
            "table": bool(spec.features),
            "regression": spec.is_regression,
            "maps": any(layer.kind != "dense" for layer in spec.layers),
        }
        words = {key: value for key, value in self.words.items() if key not in VARIANTS}
        for variant in VARIANTS:
            if variants.get(variant, spec.template == variant):
                words = _merged(words, self.words[variant])
        return replace(self, words=words)

    @property
    def sheets(self) -> dict[str, str]:
        """The sheets' titles by their keys, in the workbook's order."""
        return dict(self.words["sheets"])


def _merged(words: dict[str, Any], others: dict[str, Any]) -> dict[str, Any]:
    """Return a dictionary in which the entries of another take the place of its own."""
    merged = dict(words)
    for key, value in others.items():
        merged[key] = _merged(words[key], value) if isinstance(value, dict) else value
    return merged


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
