"""Read the words of a language from ``templates/text``.

A kind of workbook with its own texts has a folder of its name there, with one file per language.
Missing texts are shown in English.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

from xlnn.errors import DataError, Message, OptionsError
from xlnn.registry.templates import experiments, folder, loaded

TITLES = "titles"
"""The table of texts whose keys are the English ones: titles, meanings, what pages say."""

MESSAGES = "messages"
"""The folder with the translations of reports and errors, whose keys are the English sentences."""

IN_WORDS = re.compile(r"[^\W\d_]{3}")
"""Texts in words; anything else is a symbol or an equation, the same in all languages."""


@dataclass(frozen=True)
class Text:
    """The words of one language.

    Attributes
    ----------
    lang : str
    words : dict
        Tables of words by section and key, as the file has them.
    said : dict
        The English texts in words that were looked up with `sentence` and `of_itself`, by section
        and key.
    """

    lang: str
    words: dict[str, Any]
    said: dict[str, dict[str, str]] = field(default_factory=dict, compare=False)

    def __call__(self, section: str, key: str, /, **values: object) -> str:
        """Return a text, with its ``{braces}`` filled in."""
        filled: str = singular(self.words[section][key], values).format(**values)
        return filled

    def open(self, section: str, key: str, **values: object) -> str:
        """Return a text with some of its ``{braces}`` filled in, the others left as they are."""
        left: str = self.words[section][key].format_map(_Blanks(values))
        return left

    def of_itself(self, section: str, english: str) -> str:
        """Return a text whose key is its English version; without a section it has no other."""
        if section and IN_WORDS.search(english):
            self.said.setdefault(section, {})[english] = english
        words: str = self.words.get(section, {}).get(english, english)
        return words

    def title(self, kind: str, english: str) -> str:
        """Return the title of a kind of quantities, given the English one."""
        known: str = self.words.get(TITLES, {}).get(english, english)
        return self.words.get("quantities", {}).get(kind) or known

    def in_words_of(self, other: Self) -> Self:
        """Return English texts in another language, as far as it has them.

        They are found by their English text, or by their section and key where these have another
        word.
        """

        def titled(word: Any) -> Any:  # noqa: ANN401 -- texts, lists and tables of them
            if isinstance(word, Mapping):
                return {key: titled(value) for key, value in word.items()}
            return known.get(word, word) if isinstance(word, str) else [*map(titled, word)]

        more = dict(other.words)
        known = more.pop(TITLES, {})
        return replace(self, words=_merged(titled(self.words), more))

    def sentence(self, key: str, english: str, **values: object) -> str:
        """Return a sentence translated, or in English, with some of its ``{braces}`` filled in."""
        self.said.setdefault("sentences", {})[key] = english
        template: str = self.words.get("sentences", {}).get(key, english)
        return singular(template, values).format_map(_Blanks(values))

    def listed(self, names: Sequence[str]) -> str:
        """Join names as in a sentence: "a, b and c"."""
        *others, last = names
        before = self("joined", "between").join(others)
        return f"{before}{self('joined', 'last')}{last}" if others else last

    def with_said(self) -> Self:
        """Return the texts with all English ones that were looked up and are not among them."""
        return replace(self, words=_merged(self.said, self.words))

    def with_more(self, other: Self) -> Self:
        """Return the texts with those of another that are not among them."""
        return replace(self, words=_merged(other.words, self.words))

    @property
    def sheets(self) -> dict[str, str]:
        """The sheets' titles by their keys, in the workbook's order."""
        return dict(self.words["sheets"])


def singular(text: str, values: Mapping[str, object]) -> str:
    """Return an English text with blanks in which what is counted once is singular.

    >>> singular("{steps} steps, {right} of {rows} rows", {"steps": 1, "rows": 1})
    '{steps} step, {right} of {rows} rows'
    """
    return _COUNTED.sub(
        lambda match: match[0].removesuffix("s" if str(values.get(match[1])) == "1" else ""), text
    )


_COUNTED = re.compile(r"(?<!\} of )\{(\w+)\} (?:epoch|step|row|image|input|point)s\b")


class _Blanks(dict[str, object]):
    """Values for some of the braces of a text; the others stay."""

    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"


def _merged(words: Mapping[str, Any], others: Mapping[str, Any]) -> dict[str, Any]:
    """Return nested dictionaries merged; entries of the second replace those of the first."""
    merged = dict(words)
    for key, value in others.items():
        word = words.get(key)
        merged[key] = _merged(word, value) if isinstance(word, dict) else value
    return merged


def languages() -> tuple[str, ...]:
    """Return the available languages."""
    return tuple(sorted(path.stem for path in (folder() / "text").glob("*.toml")))


def text(
    lang: str, kind: str = "", declared: Mapping[str, Any] | None = None, home: Path | None = None
) -> Text:
    """Return the texts of a language, shared ones and those of a kind of workbook.

    Parameters
    ----------
    lang : str
    kind : str
        The kind of workbook.
    declared : dict
        The English texts in its modules.
    home : Path
        The folder of its files, by default the one of its name in ``templates/text``.

    Raises
    ------
    OptionsError
        There is no such language.
    """
    if lang not in languages():
        raise OptionsError(
            'There is no language "{lang}"; choose one of {names}.',
            lang=lang,
            names=", ".join(languages()),
        )
    if not kind:
        return Text(lang, _shared(lang))
    words = _merged(_merged(_shared("en"), declared or {}), translated("en", kind, home))
    if lang == "en":
        return Text(lang, words)
    more = _merged(_shared(lang), translated(lang, kind, home))
    return Text(lang, words).in_words_of(Text(lang, more))


def translated(lang: str, kind: str, home: Path | None = None) -> dict[str, Any]:
    """Return the texts in a kind's file for a language; empty if there is no such file."""
    path = (home or folder() / "text" / kind) / f"{lang}.toml"
    return _read(path) if path.exists() else {}


def in_language(message: str, lang: str) -> str:
    """Return a message in a language; in English if it has no translation.

    >>> in_language(DataError("{path} is a folder.", path="a").args[0], "en")
    'a is a folder.'
    """
    sentences = translated(lang, MESSAGES)
    if isinstance(message, Message):
        return message.translated(sentences)
    return sentences.get(message, message)


def shown_by(name: str, lang: str) -> str:
    """Return a line about what a template shows; empty if it is not installed here."""
    if name in experiments():
        line: str = loaded(name).shows(lang)
        return line
    return text(lang, "index").words["shows"].get(name, "")


def missing(
    lang: str, kind: str, words: Text, home: Path | None = None
) -> Iterator[tuple[str, str]]:
    """Yield the texts of a kind that lack a translation: the key, and the English text.

    Parameters
    ----------
    lang, kind : str
    words : Text
        All its texts in English.
    home : Path
        The folder of its files.
    """
    known = _merged(_shared(lang), translated(lang, kind, home))
    yield from _missing(words.words, known, known.get(TITLES, {}), "")


def _missing(
    words: Mapping[str, Any], known: object, titles: Mapping[str, str], above: str
) -> Iterator[tuple[str, str]]:
    for key, word in words.items():
        translation = known.get(key) if isinstance(known, Mapping) else None
        if isinstance(word, Mapping):
            yield from _missing(word, translation, titles, f"{above}{key}.")
        elif word and not translation and word not in titles:
            yield f"{above}{key}", str(word)


def _shared(lang: str) -> dict[str, Any]:
    return _read(folder() / "text" / f"{lang}.toml")


def _read(path: Path) -> dict[str, Any]:
    inside = path.is_relative_to(folder().parent)
    where = path.relative_to(folder().parent) if inside else path
    try:
        return _parsed(path, path.stat().st_mtime_ns)
    except OSError as error:
        raise DataError(f"The words in {where} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"The words in {where} are not valid TOML: {error}.") from error


@lru_cache(maxsize=32)
def _parsed(path: Path, written: int) -> dict[str, Any]:  # noqa: ARG001 -- part of the cache's key
    with path.open("rb") as file:
        return tomllib.load(file)
