"""Which languages does the option ``--lang`` name? Those that there are."""

import click


class Language(click.Option):
    """The option ``--lang`` of what writes a workbook."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return its line of the help, for which alone the languages are looked for."""
        from xlnn.shipped.text import languages  # noqa: PLC0415 -- only what is needed

        record = super().get_help_record(ctx)
        return record and (record[0], f"{record[1]}: {', '.join(languages())}.")
