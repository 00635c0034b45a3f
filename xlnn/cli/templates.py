"""The commands ``xlnn templates`` and ``xlnn new``."""

import shlex
from pathlib import Path

import click

from xlnn.cli.console import say
from xlnn.cli.parameters import PATH, language_option, offering
from xlnn.registry.templates import DEFAULT, copy, names


@click.command()
@click.option(
    "--untranslated", is_flag=True, help="List texts of experiments that are not translated yet."
)
@language_option("Language of the descriptions")
def templates(*, untranslated: bool, lang: str | None) -> None:
    """List the templates in the order of the book's sections.

    Example: xlnn templates
    """
    from xlnn.registry.templates import experiments, in_order, loaded, section_spans  # noqa: PLC0415 -- only what is needed
    from xlnn.registry.text import languages, shown_by  # noqa: PLC0415 -- the same

    if untranslated:
        lines = [
            (f"{name}, {lang}", where, english)
            for name in sorted(experiments())
            for lang in languages()
            if lang != "en"
            for where, english in loaded(name).untranslated(lang).items()
        ]
    else:
        lines = [
            (
                template.name,
                section_spans(template.sections, " ~ " if lang else " to ") or "-",
                (shown_by(template.name, lang) if lang else "") or template.summary,
            )
            for template in in_order()
        ]
    if not lines:
        say("Every text is there in every language.")
        return
    name, sections = (max(len(line[column]) for line in lines) for column in (0, 1))
    for line in lines:
        say(f"{line[0]:{name}}   {line[1]:{sections}}   {line[2]}")


@click.command()
@click.argument("name", type=PATH)
@click.option(
    "--from",
    "template",
    shell_complete=offering(names),
    default=DEFAULT,
    show_default=True,
    help="The template to copy.",
)
def new(name: Path, template: str) -> None:
    """Copy a template into the folder NAME, for you to edit.

    Example: xlnn new mine --from digits && xlnn build mine
    """
    copy(template, name)
    quoted = shlex.quote(str(name))
    say(f"{name}   edit template.toml and its files, then: xlnn build {quoted}")
