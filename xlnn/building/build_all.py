"""Build all templates at once, with an index page that links to their workbooks."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from xlnn.atomic_write import folder_for
from xlnn.building.destination import OUTPUT, Destination
from xlnn.building.limits import size
from xlnn.building.plan import planned, source_of_template
from xlnn.building.writing import Built, carried_out
from xlnn.data.messages import listed, short
from xlnn.errors import MENDABLE, Message, OptionsError, OutputNameError, XlnnError
from xlnn.loading.spec import described
from xlnn.options import Options
from xlnn.registry.templates import INDEX, Template, in_order
from xlnn.registry.text import text
from xlnn.workbooks import index
from xlnn.workbooks.kind import Plan
from xlnn.xlsx.package import inspect

WAYS = "choose another folder with -o, or overwrite it with --force"
"""What to do about a workbook that the user changed, when building all."""

LONG = 1_000_000
"""The number of formulas from which a build takes minutes."""


Result = tuple[str, Built | BaseException]
"""The name of a template, or of the index, and what was built or why it was not."""


def built(
    options: Options,
    folder: Path = OUTPUT,
    without: Sequence[str] = (),
    tell: Callable[[str], None] = lambda _: None,
) -> Iterator[Result | str]:
    """Build all templates in the order of the book, then the index.

    If one cannot be built, the others still are.

    Parameters
    ----------
    options : Options
        The options of each build. Templates that train nothing ignore epochs; an experiment uses
        them as its steps.
    folder : Path
        Where the workbooks are written; created if missing.
    without : sequence of str
        Templates to leave out.
    tell : function
        Called with a description of each step.

    Yields
    ------
    Result or str
        The result of each; before the first, a sentence about those that take minutes.

    Raises
    ------
    OptionsError
        A template to leave out does not exist, all are left out, or the language or the epochs
        cannot be used.
    OutputError
        The folder cannot be made.
    """
    plans: dict[str, Plan] = {}
    errors: dict[str, BaseException] = {}
    templates = _chosen(without, options)
    if folder.suffix.lower() == ".xlsx":
        raise OutputNameError(
            f"{folder}: all templates are written into a folder: name a folder with -o."
        )
    for template in templates:
        try:
            plans[template.name] = _planned(template, options)
        except MENDABLE as error:
            errors[template.name] = error
    counts: dict[str, int] = {}

    def wrote(name: str, plan: Plan, before: str) -> Built | BaseException:
        place = Destination(folder / f"{name}.xlsx", force=options.force, ways=WAYS)

        def tell_more(stage: str) -> None:
            tell(Message("{before}: {stage}", before=before, stage=stage))

        try:
            made = carried_out(plan, place, verify=options.verify, tell=tell_more)
        except MENDABLE as error:
            return error
        counts[name] = made.formulas
        return made

    with folder_for(folder, parents=True):
        yield from _warned(plans)
        for number, name in enumerate([template.name for template in templates], start=1):
            before = Message(
                "{number} of {total}, {name}", number=number, total=len(templates), name=name
            )
            yield name, errors.get(name) or wrote(name, plans[name], before)
        yield INDEX, wrote(INDEX, _index(options.lang or "en", counts, folder), INDEX)


def _warned(plans: Mapping[str, Plan]) -> Iterator[str]:
    """Yield a sentence about the templates that take minutes, if there are any."""
    sizes = {name: size(plan.layout).formulas for name, plan in plans.items()}
    long = {name: formulas for name, formulas in sizes.items() if formulas > LONG}
    if long:
        some = listed(f"{name} ({formulas:,} formulas)" for name, formulas in long.items())
        leaving = listed(f"--without {name}" for name in long)
        end = "leaves it out" if len(long) == 1 else "leave them out"
        yield f"{some} will take minutes; {leaving} {end}."


def _chosen(without: Sequence[str], options: Options) -> tuple[Template, ...]:
    """Return the templates to build, in the order of the book."""
    known = [template.name for template in in_order()]
    if unknown := [name for name in without if name not in known]:
        raise OptionsError(
            f'There is no template "{short(unknown[0])}" to leave out: `xlnn templates` lists them.'
        )
    text(options.lang or "en")  # refuses an unknown language, once
    chosen = tuple(template for template in in_order() if template.name not in without)
    if not chosen:
        raise OptionsError("All templates are left out: there is nothing to build.")
    return chosen


def _planned(template: Template, options: Options) -> Plan:
    source = source_of_template(template.name)
    trains = {"epochs", "steps", "episodes"} & {*template.values, *template.values.get("sizes", ())}
    left = options.keys() - (set() if trains and "epochs" in source.kind.options else {"epochs"})
    return planned(source, Options(**{name: options[name] for name in left}))


def _index(lang: str, counts: Mapping[str, int], folder: Path) -> Plan:
    """Plan the index of all templates' workbooks in the folder, including older ones."""
    names = [template.name for template in in_order()]
    formulas = [counts.get(name) or _formulas(folder / f"{name}.xlsx") for name in names]
    entries = tuple(
        index.Entry(template.name, template.sections, count > 0)
        for template, count in zip(in_order(), formulas, strict=True)
    )
    spec = index.IndexSpec(INDEX, lang, entries)
    return index.index_plan(spec, formulas)


def _formulas(path: Path) -> int:
    """Return how many formulas the workbook of a template has, or 0 if it is missing."""
    if not path.exists():
        return 0
    try:
        spec, layout = described(path, contents=inspect(path))
    except XlnnError:
        return 0
    return size(layout).formulas if spec.template == path.stem else 0
