"""The command ``xlnn build``."""

from pathlib import Path

import click

from xlnn.building.asked import picture, several
from xlnn.building.called import CHOICES
from xlnn.cli.choosing import Choice, Choosing, Known, choice, language_option
from xlnn.cli.saying import progress, say_built
from xlnn.errors import OptionsError
from xlnn.shipped.templates import ALL, DEFAULT, names


class Picture(click.ParamType):
    """Rows and columns, written as 8x8."""

    name = "ROWSxCOLUMNS"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """Read what was typed."""
        try:
            return picture(value)
        except OptionsError as error:
            self.fail(str(error), param, ctx)


class Several(Choice):
    """One value, or several with commas between them: a run for each."""

    name = "VALUE[,VALUE]"

    def __init__(self, known: Known = tuple) -> None:
        super().__init__(known)

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> object:
        """Read what was typed."""
        try:
            return several(param.name, value) if param and param.name else value
        except OptionsError as error:
            self.fail(str(error), param, ctx)


@click.command()
@click.argument("template", required=False, type=Choice(lambda: (*names(), ALL)))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The workbook to write.")
@click.option(
    "--from",
    "from_workbook",
    type=click.Path(path_type=Path),
    help="Begin with a workbook made before.",
)
@click.option(
    "--model",
    type=click.Path(path_type=Path),
    help="Begin with a trained model, .onnx: it predicts, or with --epochs trains on.",
)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help="Your data: a CSV or .xlsx (label first), an .npz, or a folder of pictures.",
)
@click.option("--picture", type=Picture(), help="The size of the pictures, such as 8x8.")
@click.option("--threshold", type=float, help="Picture files: grey from here on is 1, else 0.")
@click.option("--light-ink", is_flag=True, default=None, help="Picture files: light on dark.")
@click.option("--table", is_flag=True, default=None, help="The data are a table, no pictures.")
@click.option("--label", help="The column with the labels: its heading, its number, or last.")
@click.option("--target", "targets", multiple=True, help="A column to predict; may be repeated.")
@click.option("--sheet", help="The sheet of an .xlsx; the first if not given.")
@click.option("--encoding", cls=Choosing, type=choice("encoding"), help="How a CSV was saved")
@click.option("--decimal", type=choice("decimal"), help="The decimal mark of the numbers: . or ,")
@click.option(
    "--missing",
    type=choice("missing"),
    help="Of missing values: drop their rows, or take the mean.",
)
@click.option(
    "--scale",
    type=choice("scale"),
    help="Scale inputs and numbers to predict: none, range or standard.",
)
@click.option("--test-share", type=float, help="Hold out this part of the data, such as 0.2.")
@click.option(
    "--start", type=click.Path(path_type=Path), help="Start weights: .json, .npz of W2, b2 …, .onnx"
)
@click.option("--seed", type=Several(), help="Draw the start weights at random.")
@click.option(
    "--spread",
    type=choice("spread"),
    help="How they are drawn: normal (the book) or fan-in.",
)
@click.option("--hidden", help="Units of the hidden layers, such as 5,3, or none.")
@click.option(
    "--activation",
    type=choice("activation"),
    help="Of the hidden layers: sigmoid, tanh, relu, leaky_relu or linear.",
)
@click.option(
    "--output-activation",
    type=choice("output_activation"),
    help="Of the output layer: one of these, or softmax.",
)
@click.option(
    "--cost",
    type=choice("cost"),
    help="What training makes small: squared error (mse), cross-entropy (bce) or categorical "
    "cross-entropy (cce).",
)
@click.option("--epochs", type=int, help="How many epochs to train.")
@click.option("--eta", type=Several(), help="The learning rate; of several, a run for each.")
@click.option(
    "--optimizer",
    type=Several(lambda: CHOICES["optimizer"]),
    help="How it steps: sgd (plain), momentum, rmsprop or adam.",
)
@click.option("--l2", type=Several(), help="Penalty on the weights, such as 0.01; 0 for none.")
@click.option(
    "--solved", is_flag=True, default=None, help="Of solver, cnn-solver: SciPy finds the weights."
)
@language_option()
@click.option(
    "--without",
    type=Choice(names),
    multiple=True,
    help="Of all: leave out this one; may be repeated.",
)
@click.option("--large", is_flag=True, help="Build also what takes minutes to open.")
@click.option("--force", is_flag=True, help="Replace what xlnn did not make, or you changed.")
@click.option("--no-verify", is_flag=True, help="Do not compare with NumPy before writing.")
def build(
    template: str | None,
    *,
    targets: tuple[str, ...],
    no_verify: bool,
    without: tuple[str, ...],
    **options: object,
) -> None:
    """Write the workbook of a TEMPLATE, verified against NumPy.

    TEMPLATE is a name that `xlnn templates` lists (digits if none is given), or your folder. `all`
    writes every template into output/, or the folder of -o, beside an index that leads to them; it
    takes --lang, --epochs, --without, --large, --force and --no-verify.

    A --model of PyTorch, Keras or scikit-learn, saved as .onnx, becomes a workbook that predicts
    the rows of --data (inputs alone, or with their labels), and whose outputs are those of ONNX
    Runtime: xlnn build --model my.onnx --data rows.csv

    Example: xlnn build digits --data my.csv -o my.xlsx
    """
    if template == ALL:
        from xlnn.cli.everything import build_all  # noqa: PLC0415 -- only what is needed

        build_all({"target": targets or None, **options}, without, verify=not no_verify)
        return
    if without:
        raise click.UsageError(f"--without goes with `xlnn build {ALL}`.")
    from xlnn.building.build import build as build_workbook  # noqa: PLC0415 -- the same

    if template is not None and options["from_workbook"] is not None:
        raise click.UsageError("A template and --from exclude each other.")
    if template is not None and options["model"] is not None:
        raise click.UsageError("A template and --model exclude each other.")
    with progress() as tell:
        built = build_workbook(
            template or DEFAULT,
            targets=targets or None,
            verify=not no_verify,
            tell=tell,
            **options,
        )
    say_built(built)
