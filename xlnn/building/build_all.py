"""Build all templates at once, with an index page that links to their workbooks."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from xlnn.atomic_write import folder_for
from xlnn.building.destination import OUTPUT, Destination
from xlnn.building.limits import size
from xlnn.building.plan import Plan, origin_of_template, planned
from xlnn.building.writing import Built, carried_out, write_proven
from xlnn.data.wording import listed, short
from xlnn.errors import MENDABLE, OptionsError, OutputNameError, XlnnError
from xlnn.loading.spec import described
from xlnn.options import Options
from xlnn.registry.templates import INDEX, Template, in_order
from xlnn.registry.text import text
from xlnn.workbooks import index
from xlnn.xlsx.package import inspect

R = TypeVar("R")

WAYS = "choose another folder with -o, or overwrite it with --force"
"""What to do about a workbook that the user changed, when building all."""

LONG = 1_000_000
"""The number of formulas from which a build takes minutes."""


@dataclass(frozen=True)
class Everything:
    """The settings of a build of all templates.

    Attributes
    ----------
    folder : Path
        Where the workbooks are written; created if missing.
    without : tuple of str
        Templates to leave out.
    options : Options
        The options of each build. Templates that train nothing ignore epochs; an experiment uses
        them as its steps.
    """

    folder: Path = OUTPUT
    without: Sequence[str] = ()
    options: Options = field(default_factory=Options)


@dataclass(frozen=True)
class BuildResult:
    """The result for one template, or for the index.

    Attributes
    ----------
    name : str
    built : Built or None
    error : Exception or None
        Why it was not built.
    """

    name: str
    built: Built | None = None
    error: BaseException | None = None


def built(
    asked: Everything, tell: Callable[[str], None] = lambda _: None
) -> Iterator[BuildResult | str]:
    """Build all templates in the order of the book, then the index.

    If one cannot be built, the others still are.

    Parameters
    ----------
    asked : Everything
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
    templates = _chosen(asked)
    plans = {each.name: _attempt(lambda each=each: _planned(each, asked)) for each in templates}
    if asked.folder.suffix.lower() == ".xlsx":
        raise OutputNameError(
            f"{asked.folder}: all templates are written into a folder: name a folder with -o."
        )
    with folder_for(asked.folder, parents=True):
        yield from _each(plans, asked, tell)


def _each(
    plans: Mapping[str, Plan | BaseException], asked: Everything, tell: Callable[[str], None]
) -> Iterator[BuildResult | str]:
    """Yield the result of each plan and of the index."""
    long = {
        name: size(plan.layout).formulas for name, plan in plans.items() if isinstance(plan, Plan)
    }
    long = {name: formulas for name, formulas in long.items() if formulas > LONG}
    if long:
        sizes = listed(f"{name} ({formulas:,} formulas)" for name, formulas in long.items())
        leaving = listed(f"--without {name}" for name in long)
        end = "leaves it out" if len(long) == 1 else "leave them out"
        yield f"{sizes} will take minutes; {leaving} {end}."
    counts: dict[str, int] = {}
    for number, (name, plan) in enumerate(plans.items(), start=1):
        said = _prefixed(tell, f"{number} of {len(plans)}, {name}")
        result = _result(name, _carried_out(name, plan, asked, said))
        if result.built:
            counts[name] = result.built.formulas
        yield result
    yield _result(INDEX, _attempt(lambda: _index(asked, counts, _prefixed(tell, INDEX))))


def _chosen(asked: Everything) -> tuple[Template, ...]:
    """Return the templates to build, in the order of the book."""
    known = [each.name for each in in_order()]
    if unknown := [name for name in asked.without if name not in known]:
        raise OptionsError(
            f'There is no template "{short(unknown[0])}" to leave out: `xlnn templates` lists them.'
        )
    text(asked.options.lang or "en")  # refuses an unknown language, once
    found = tuple(each for each in in_order() if each.name not in asked.without)
    if not found:
        raise OptionsError("All templates are left out: there is nothing to build.")
    return found


def _planned(template: Template, asked: Everything) -> Plan:
    kind, origin, name = origin_of_template(template.name)
    trains = {"epochs", "steps", "episodes"} & {*template.values, *template.values.get("sizes", ())}
    left = asked.options.keys() - (set() if trains and "epochs" in kind.options else {"epochs"})
    options = {name: asked.options[name] for name in left}
    return planned(kind, origin, name, Options(**options))


def _carried_out(
    name: str, plan: Plan | BaseException, asked: Everything, tell: Callable[[str], None]
) -> Built | BaseException:
    if not isinstance(plan, Plan):
        return plan
    place, verify = _place(asked, name), asked.options.verify
    return _attempt(lambda: carried_out(plan, place, verify=verify, tell=tell))


def _place(asked: Everything, name: str) -> Destination:
    return Destination(asked.folder / f"{name}.xlsx", force=asked.options.force, ways=WAYS)


def _attempt(do: Callable[[], R]) -> R | BaseException:
    """Return the result of a step, or its error."""
    try:
        return do()
    except MENDABLE as error:
        return error


def _result(name: str, outcome: Built | BaseException) -> BuildResult:
    if isinstance(outcome, BaseException):
        return BuildResult(name, error=outcome)
    return BuildResult(name, outcome)


def _prefixed(tell: Callable[[str], None], before: str) -> Callable[[str], None]:
    return lambda stage: tell(f"{before}: {stage}")


def _index(asked: Everything, counts: Mapping[str, int], tell: Callable[[str], None]) -> Built:
    """Write the index of all templates' workbooks in the folder, including older ones."""
    templates = in_order()
    names = [each.name for each in templates]
    formulas = [counts.get(name) or _formulas(asked.folder / f"{name}.xlsx") for name in names]
    entries = tuple(
        index.Entry(each.name, each.sections, count > 0)
        for each, count in zip(templates, formulas, strict=True)
    )
    spec = index.IndexSpec(asked.options.lang or "en", entries)
    made, place = index.index_recipe(spec, formulas), _place(asked, INDEX)
    layout = index.KIND.layout(spec)
    place.check()
    drawings = index.KIND.drawings(spec, layout)
    return write_proven(
        place, layout, drawings, made.inputs, title=INDEX, verify=asked.options.verify, tell=tell
    )


def _formulas(path: Path) -> int:
    """Return how many formulas the workbook of a template has, or 0 if it is missing."""
    if not path.exists():
        return 0
    try:
        spec, layout = described(path, contents=inspect(path))
    except XlnnError:
        return 0
    return size(layout).formulas if spec.template == path.stem else 0
