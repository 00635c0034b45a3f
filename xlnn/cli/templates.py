"""The command ``xlnn templates``."""

import click

from xlnn.cli.console import say


@click.command()
@click.option(
    "--untranslated", is_flag=True, help="List texts of experiments that are not translated yet."
)
def templates(*, untranslated: bool) -> None:
    """List the templates, one per line, in the order of the book's sections.

    Example: xlnn templates
    """
    from xlnn.registry.experiments import experiments, loaded  # noqa: PLC0415 -- only what is needed
    from xlnn.registry.templates import in_order, shown  # noqa: PLC0415 -- the same
    from xlnn.registry.text import languages  # noqa: PLC0415 -- the same

    if untranslated:
        lines = [
            (f"{name}, {lang}", where, english)
            for name in sorted(experiments())
            for lang in languages()
            if lang != "en"
            for where, english in loaded(name).untranslated(lang).items()
        ]
    else:
        lines = [(each.name, shown(each.sections) or "-", each.summary) for each in in_order()]
    if not lines:
        say("Every text is there in every language.")
        return
    name, sections = (max(len(line[column]) for line in lines) for column in (0, 1))
    for line in lines:
        say(f"{line[0]:{name}}   {line[1]:{sections}}   {line[2]}")
