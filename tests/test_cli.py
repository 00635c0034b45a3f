"""The command line keeps its contract: results, one sentence for a mistake, exit codes."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from contextlib import suppress
from pathlib import Path

import click
import numpy as np
import openpyxl
import pytest
from click.testing import CliRunner
from programs import LIBRARIES

from xlnn.building.build import build
from xlnn.cli import cli, main
from xlnn.engines import DEFAULT_ENGINE, ENGINES, gnumeric, libreoffice
from xlnn.registry.templates import copy, in_order

CSV = "label,a,b,c,d,e,f,g,h,i,j,k,l\n0,1,1,1,1,0,1,1,0,1,1,1,1\n1,0,1,0,0,1,0,0,1,0,0,1,0\n"


def xlnn(*arguments, cwd, **options):
    """Run the real program as a person does."""
    command = [sys.executable, "-m", "xlnn", *map(str, arguments)]
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, check=False, timeout=120, **options
    )


def forked(*arguments, cwd):
    """Run the program in a fork of this process: all of it but what a new Python takes to begin."""
    with (
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as err,
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")  # of threads, of which the child needs none
        process = os.fork()
        if not process:
            code = 70
            try:
                os.chdir(cwd)
                os.dup2(out.fileno(), 1)
                os.dup2(err.fileno(), 2)
                sys.stdout, sys.stderr = os.fdopen(1, "w"), os.fdopen(2, "w")
                sys.argv = ["xlnn", *map(str, arguments)]
                main()
                code = 0
            except SystemExit as end:
                code = end.code or 0
            except BaseException:  # noqa: BLE001 -- the test reads it
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
        _, status = os.waitpid(process, 0)
        out.seek(0)
        err.seek(0)
        code = os.waitstatus_to_exitcode(status)
        said = out.read().decode(), err.read().decode()
        return subprocess.CompletedProcess(arguments, code, *said)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "output").mkdir()
    (tmp_path / "my.csv").write_text(CSV)
    return tmp_path


@pytest.fixture(scope="module")
def furnished(tmp_path_factory):
    """A folder with a workbook of xlnn, files that are none, and templates that are wrong."""
    folder = tmp_path_factory.mktemp("furnished")
    (folder / "output").mkdir()
    (folder / "my.csv").write_text(CSV)
    (folder / "other.npz").write_text("mine")
    openpyxl.Workbook().save(folder / "foreign.xlsx")
    for name, old, new in (
        ("wrong", "eta = 0.2", 'eta = "0.2"'),
        ("zero", "epochs = ", "epochs = 0 #"),
    ):
        copy("xor", folder / name)
        template = folder / name / "template.toml"
        template.write_text(template.read_text().replace(old, new))
    build("digits", folder / "good.xlsx", data=folder / "my.csv", epochs=1, verify=False)
    return folder


@pytest.mark.slow
def test_build_then_check_then_values(folder):
    built = forked("build", "digits", "--epochs", 2, "--eta", 0.5, "--data", "my.csv", cwd=folder)
    assert built.returncode == 0, built.stderr
    assert "all agree with NumPy (recalculated by formualizer, also with" in built.stdout
    for engine in LIBRARIES:
        checked = forked("check", "output/digits.xlsx", "--engine", engine, cwd=folder)
        assert checked.returncode == 0, checked.stderr
        assert f"all agree with NumPy (recalculated by {engine}, also with" in checked.stdout
    saved = forked("values", "output/digits.xlsx", "-o", "d.npz", cwd=folder)
    assert saved.returncode == 0, saved.stderr
    with np.load(folder / "d.npz") as arrays:
        assert arrays["W2"].shape == (3, 3, 12)
        assert arrays["eta"] == 0.5


@pytest.mark.slow
def test_check_prints_json_for_one_engine_and_a_list_for_several(folder):
    forked("build", "digits", "--epochs", 1, "--data", "my.csv", cwd=folder)
    one = json.loads(forked("check", "output/digits.xlsx", "--json", cwd=folder).stdout)
    assert one["engine"] == DEFAULT_ENGINE
    both = forked(
        "check", "output/digits.xlsx", "--json", "--engine", "formualizer", "--engine", "formulas",
        cwd=folder,
    )  # fmt: skip
    assert [report["engine"] for report in json.loads(both.stdout)] == ["formualizer", "formulas"]


@pytest.mark.slow
def test_a_disagreement_is_named_and_exits_with_1(folder):
    forked("build", "digits", "--epochs", 2, "--data", "my.csv", cwd=folder)
    path = folder / "output" / "digits.xlsx"
    workbook = openpyxl.load_workbook(path)
    workbook["Training"]["C5"] = "=1+1"
    workbook.save(path)
    checked = forked("check", path, cwd=folder)
    assert checked.returncode == 1
    assert "Training!C5   z2, epoch 1, image 2" in checked.stdout
    assert "formula  =1+1" in checked.stdout
    assert "expected =SUMPRODUCT(Images!B5:M5" in checked.stdout
    assert "1 cell wrong" in checked.stdout


WRONG = [
    ("build iris --target 2", "is for classes"),
    ("nothing", "No such command 'nothing'"),
    ("build --nonsense", "No such option"),
    ("build --epochs 1.5", "epochs is 1.5: a whole number of at least 1 is expected"),
    ("build --epochs 0", "epochs is 0: a whole number of at least 1 is expected"),
    ("build --epochs 1000000", "1,000,000 epochs fit no workbook: at most 16,383 do with --large"),
    ("build digits-8x8 --epochs 60", "at most 8 epochs, fewer images or units, or add --large"),
    ("build descent --epochs 0", "epochs is 0: a whole number of at least 1"),
    ("build descent --eta nan", "eta is nan: a finite number greater than 0"),
    ("build neuron --epochs 2", "--epochs is not available for neuron"),
    ("build nothing", 'no template "nothing"'),
    ("build all --epochs 0", "epochs is 0: a whole number of at least 1"),
    ("build all --without nothing", 'no template "nothing" to leave out'),
    ("build all --eta 1", "--eta is not available for all templates"),
    ("build all -o a.xlsx", "all templates are written into a folder"),
    ("build xor --without iris", "--without is only for `xlnn build all`"),
    ("build xor --from old.xlsx", "A template and --from cannot be combined"),
    ("build xor --model my.onnx", "A template and --model cannot be combined"),
    ("build --seed 1 --start a.json", "--start and --seed cannot be combined"),
    ("build --label a --target b", "--label and --target cannot be combined"),
    ("build --picture 2x6 --table", "--picture and --table cannot be combined"),
    ("build --picture 8", "picture is '8': a size in rows and columns, such as 8x8, is expected"),
    ("build --picture 3x3", "4 x 3 pixels and not 3 x 3"),
    ("build --seed -1", "seed is -1: a whole number of at least 0 is expected"),
    ("build --seed 1,2 --eta 1,2,3", "Lists of values must have the same length"),
    ("build --eta 0", "eta is 0"),
    ("build --eta inf", "eta is inf"),
    ("build --eta 0.1,nan", "eta is nan"),
    ("build --l2 -1", "l2 is -1"),
    ("build --test-share 1.5", "test_share is 1.5: a number from 0 to less than 1"),
    ("build --scale log", 'no scaling "log"'),
    ("build --spread wide", 'no spread "wide"'),
    ("build --cost hinge", 'no cost "hinge"'),
    ("build --cost cce --output-activation tanh", 'does not go with the output layer\'s "tanh"'),
    ("build --activation wave", 'no activation "wave"'),
    ("build --activation softmax", "softmax is for the output layer"),
    ("build --output-activation step", 'no activation "step"'),
    ("build --optimizer newton", 'no optimizer "newton"'),
    ("build --hidden 5,x", "units of the hidden layers, such as 5,3, or none"),
    ("build --hidden 0", "Layer 2 has 0 units"),
    ("build --lang xx", 'no language "xx"'),
    ("build --label kind", "--label says how to read data: add --data"),
    ("build --target price", "--target says how to read data: add --data"),
    ("build --data my.csv --threshold 0.5", "--threshold is for folders of pictures"),
    ("build --data my.csv --missing zero", 'no way to treat missing values "zero"; choose drop'),
    ("build --data my.csv --decimal x", 'no decimal mark "x"; choose . or ,'),
    ("build --data my.csv --encoding x", 'no encoding "x"'),
    ("build -o a.txt", "must end in .xlsx"),
    ("new mine --from nothing", 'no template "nothing"'),
    ("new xor", "xor is the name of a template"),
    ("check", "Missing argument 'FILE...'"),
    ("check good.xlsx --engine abacus", 'no engine "abacus"'),
    ("check good.xlsx --probes -1", "-1 is not in the range"),
    ("values good.xlsx -o good.xlsx", "must end in .npz"),
    ("values good.xlsx -o a.npz --engine abacus", 'no engine "abacus"'),
    ("show good.xlsx --lang xx", 'no language "xx"'),
    ("explain good.xlsx nothing", 'no quantity "nothing"'),
    ("explain good.xlsx C5", "C5 is a cell of a quantity on Play, "),
    ("explain good.xlsx z2 --epoch 9", "There is no epoch 9: for z2, epoch goes from 1 to 1"),
    ("export good.xlsx -o a.pt", "must end in .onnx"),
    ("export good.xlsx -o a.npz --epoch 9", "There is no epoch 9"),
    ("exercise xor --blank nothing", 'no quantity "nothing" to leave out'),
    ("exercise xor --blank x", "x cannot be left out"),
    ("exercise xor --epochs 0", "epochs is 0: a whole number of at least 1"),
    ("exercise xor --level 9", "level is 9: a whole number from 1 to 5 is expected"),
    ("exercise xor --student Ada --roster my.csv", "cannot be combined"),
    ("exercise xor --roster my.csv -o a.xlsx", "with a roster the output is a folder"),
    ("grade good.xlsx --points delta3", "--points was given"),
    ("grade good.xlsx -o a.pdf", "the name of a report must end in"),
    ("grade good.xlsx -o good.xlsx", "is one of the files to grade"),
    ("grade good.xlsx --lang xx", 'no language "xx"'),
]
"""What is wrong in a command line, whatever else: its exit code is 2."""

UNUSABLE = [
    ("build --from none.xlsx", "none.xlsx: there is no such file"),
    ("build --from foreign.xlsx", "no sheet Spec"),
    ("build --from my.csv", "not an .xlsx workbook"),
    ("build --data none.csv", "none.csv cannot be read"),
    ("build --start my.csv", "my.csv is not JSON"),
    ("build wrong", "template.toml of wrong: eta is '0.2': a finite number greater than 0"),
    ("build zero --label first", "template.toml of zero: epochs is 0: a whole number"),
    ("build -o missing/a.xlsx", "The folder missing does not exist"),
    ("build -o foreign.xlsx", "was not written by xlnn"),
    ("new output", "output exists: choose another name"),
    ("check none.xlsx", "none.xlsx"),
    ("check my.csv", "my.csv"),
    ("check foreign.xlsx", "no sheet Spec"),
    ("values good.xlsx -o missing/a.npz", "The folder missing does not exist"),
    ("values good.xlsx -o other.npz", "other.npz was not written by xlnn"),
    ("export good.xlsx -o other.npz", "was not written by xlnn"),
    ("exercise xor --roster none.csv", "none.csv cannot be read"),
    ("exercise xor --roster my.csv", 'none is headed "name"'),
    ("grade good.xlsx -o my.csv", "my.csv exists"),
]
"""What is wrong in a file, or with its place: the exit code is 1."""


@pytest.mark.parametrize(
    ("line", "message", "code"),
    [(*each, 2) for each in WRONG] + [(*each, 1) for each in UNUSABLE],
)
@pytest.mark.ci
def test_a_mistake_gives_one_sentence_and_its_exit_code(furnished, line, message, code):
    before = sorted(furnished.rglob("*"))
    ran = forked(*line.split(), cwd=furnished)
    assert ran.returncode == code, ran.stderr
    assert message in ran.stderr
    assert ran.stderr.startswith(("Error: ", "Usage: "))
    assert ran.stderr.count("\n") == (4 if ran.stderr.startswith("Usage: ") else 1)
    assert "Traceback" not in ran.stderr
    assert ran.stdout == ""
    assert sorted(furnished.rglob("*")) == before
    assert (furnished / "other.npz").read_text() == "mine"


def test_a_failed_build_makes_no_folder(tmp_path):
    assert forked("build", "--eta", "-1", cwd=tmp_path).returncode == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_is_not_writable_is_refused(folder):
    (folder / "output").chmod(0o500)
    ran = forked("build", cwd=folder)
    assert ran.returncode == 1
    assert "not writable" in ran.stderr


@pytest.mark.slow
def test_force_replaces_a_file_that_xlnn_did_not_make(folder):
    openpyxl.Workbook().save(folder / "foreign.xlsx")
    ran = forked(
        "build",
        "digits",
        "--epochs",
        1,
        "--data",
        "my.csv",
        "-o",
        "foreign.xlsx",
        "--force",
        cwd=folder,
    )
    assert ran.returncode == 0
    assert forked("check", "foreign.xlsx", cwd=folder).returncode == 0


@pytest.mark.slow
def test_a_workbook_of_xlnn_is_replaced_without_force(folder):
    for eta in (0.1, 0.2):
        ran = forked("build", "digits", "--epochs", 1, "--data", "my.csv", "--eta", eta, cwd=folder)
        assert ran.returncode == 0, ran.stderr
    workbook = openpyxl.load_workbook(folder / "output" / "digits.xlsx")
    assert workbook["Play"]["C6"].value == 0.2


def test_no_verify_says_that_nothing_was_verified(folder):
    ran = forked("build", "digits", "--epochs", 1, "--data", "my.csv", "--no-verify", cwd=folder)
    assert "not verified" in ran.stdout


BEGUN = """
import os, sys
from xlnn.cli import main
sys.argv[1:] = ["--version"]
main()
begun = len(os.listdir("/proc/self/task"))
import numpy
print(os.environ["OPENBLAS_NUM_THREADS"], len(os.listdir("/proc/self/task")) - begun)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists the threads of a process")
@pytest.mark.parametrize("asked", [None, "2"])
def test_numpy_begins_no_thread_unless_it_is_asked_to(asked):
    environment = {**os.environ, **({"OPENBLAS_NUM_THREADS": asked} if asked else {})}
    if not asked:
        environment.pop("OPENBLAS_NUM_THREADS", None)
    said = subprocess.run(
        [sys.executable, "-c", BEGUN], env=environment, capture_output=True, text=True, check=True
    ).stdout
    besides = min(int(asked or 1), os.cpu_count()) - 1
    assert said.splitlines()[-1] == f"{asked or 1} {besides}"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM to send")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
@pytest.mark.first(1)
@pytest.mark.slow
def test_a_killed_build_leaves_no_file_and_keeps_the_old_one(folder, name):
    forked("build", "digits", "--epochs", 1, "--data", "my.csv", cwd=folder)
    path = folder / "output" / "digits.xlsx"
    before, files = path.read_bytes(), sorted(folder.rglob("*"))
    command = [sys.executable, "-m", "xlnn", "build", "--epochs", "80"]
    process = subprocess.Popen(
        command, cwd=folder, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    time.sleep(1.5)
    process.send_signal(getattr(signal, name))
    _, errors = process.communicate(timeout=60)
    assert process.returncode not in {0, None}
    assert "Traceback" not in errors
    assert path.read_bytes() == before
    assert sorted(folder.rglob("*")) == files


PROGRAM_REMEDIES = {
    "libreoffice": libreoffice.PROGRAM.install,
    "gnumeric": gnumeric.PROGRAM.install,
}

STAGES = ("Writing the formulas", "Recalculating", "Comparing")


@pytest.mark.skipif(os.name == "nt", reason="Windows has neither SIGTERM nor a pty")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
@pytest.mark.parametrize(
    "command",
    [
        *(["build", "--epochs", "80", stage] for stage in STAGES),
        *(["check", "old.xlsx", "--engine", engine, "Recalculating"] for engine in ENGINES),
    ],
    ids=" ".join,
)
@pytest.mark.slow
def test_who_stops_a_stage_finds_nothing_left_anywhere(folder, command, name):
    """The stage is known from what is shown on a terminal."""
    *arguments, stage = command
    (folder / "temporary").mkdir()
    forked("build", "--epochs", 20, "-o", "old.xlsx", cwd=folder)
    files = sorted(folder.rglob("*"))
    terminal, inside = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "xlnn", *arguments],
        cwd=folder, env=os.environ | {"TMPDIR": str(folder / "temporary"), "TERM": "xterm"},
        stdout=subprocess.DEVNULL, stderr=inside,
    )  # fmt: skip
    os.close(inside)
    shown = b""
    while stage.encode() not in shown:
        shown += os.read(terminal, 1024)
    process.send_signal(getattr(signal, name))
    with suppress(OSError):  # what a terminal gives when its program has ended
        while more := os.read(terminal, 1024):
            shown += more
    os.close(terminal)
    assert process.wait(timeout=60) == 128 + getattr(signal, name)
    assert b"Traceback" not in shown
    assert b"Stopped." in shown
    assert sorted(folder.rglob("*")) == files


@pytest.mark.slow
def test_every_option_of_build_reaches_the_workbook(folder):
    """A table of a person's own, in Chinese, with everything asked for at once."""
    rows = [f"{3 * n};{n * n};{'猫狗'[n % 2]}" for n in range(12)]
    (folder / "cats.csv").write_text("\n".join(["long;wide;kind", *rows]), encoding="utf-8")
    built = forked(
        "build", "xor", "--data", "cats.csv", "--label", "kind", "--scale", "range",
        "--test-share", "0.25", "--seed", 4, "--spread", "normal", "--epochs", 3, "--eta", "0.125",
        "--lang", "zh", "--large", "-o", "cats.xlsx", cwd=folder,
    )  # fmt: skip
    assert built.returncode == 0, built.stderr
    read, learnt = built.stderr.splitlines()
    assert read == (
        "注意：cats.csv：12 行，2 个输入：long 和 wide；“kind”列中，标签为 猫 和 狗（各 6 个）。"
    )
    assert learnt.startswith("注意：")
    forked("values", "cats.xlsx", "-o", "cats.npz", cwd=folder)
    with np.load(folder / "cats.npz") as arrays:
        assert arrays["labels"].tolist() == ["猫", "狗"]
        assert (arrays["raw"].shape, arrays["test_raw"].shape) == ((9, 2), (3, 2))
        assert arrays["x"].min() == 0
        assert arrays["x"].max() == pytest.approx(1, abs=1e-14)  # a factor has 15 digits
        assert arrays["b2"][0].all()
        assert (len(arrays["C_T"]), arrays["eta"]) == (3, 0.125)
    assert openpyxl.load_workbook(folder / "cats.xlsx").sheetnames[0] == "说明"


@pytest.mark.ci
def test_a_template_is_copied_edited_and_built(folder):
    copied = forked("new", "mine", "--from", "xor", cwd=folder)
    assert copied.returncode == 0, copied.stderr
    assert "then: xlnn build mine" in copied.stdout
    spaced = forked("new", "a b; c", "--from", "xor", cwd=folder)
    assert spaced.stdout.endswith("then: xlnn build 'a b; c'\n")
    template = folder / "mine" / "template.toml"
    template.write_text(template.read_text().replace("units = 3", "units = 4"))
    built = forked("build", "mine", "--epochs", 2, cwd=folder)
    assert f"\n{Path('output', 'mine.xlsx')}   " in built.stdout
    forked("values", "output/mine.xlsx", "-o", "mine.npz", cwd=folder)
    with np.load(folder / "mine.npz") as arrays:
        assert arrays["W2"].shape == (3, 4, 2)


@pytest.mark.slow
def test_a_workbook_is_built_from_an_older_one_beside_it(folder):
    forked("build", "digits", "--epochs", 1, "--data", "my.csv", "-o", "old.xlsx", cwd=folder)
    workbook = openpyxl.load_workbook(folder / "old.xlsx")
    workbook["Play"]["C6"] = 0.75
    workbook.save(folder / "old.xlsx")
    built = forked("build", "--from", "old.xlsx", "--epochs", 2, cwd=folder)
    assert "\nold-new.xlsx   " in built.stdout, built.stderr
    assert openpyxl.load_workbook(folder / "old-new.xlsx")["Play"]["C6"].value == 0.75


@pytest.mark.slow
def test_values_replace_arrays_at_once_and_other_files_when_forced(folder):
    forked("build", "digits", "--epochs", 1, "--data", "my.csv", "-o", "a.xlsx", cwd=folder)
    (folder / "a.npz").write_text("mine")
    assert forked("values", "a.xlsx", "-o", "a.npz", cwd=folder).returncode == 1
    for force in (["--force"], []):
        saved = forked("values", "a.xlsx", "-o", "a.npz", *force, cwd=folder)
        assert saved.returncode == 0, saved.stderr
    with np.load(folder / "a.npz") as saved:
        assert "W2" in saved
    assert not list(folder.glob(".xlnn*"))


@pytest.mark.ci
def test_a_note_stands_on_stderr(folder):
    (folder / "nine.csv").write_text("a,1,1,1,0,0,0,1,1,1\nb,0,0,0,1,1,1,0,0,0\n")
    built = forked(
        "build", "digits", "--epochs", 1, "--data", "nine.csv", "-o", "a.xlsx", cwd=folder
    )
    assert built.returncode == 0
    read, *_ = built.stderr.splitlines()
    assert read == (
        "Note: nine.csv: 2 images of 3 × 3 pixels, labels a and b in the first column (1 of each)."
    )
    assert "start.json" not in built.stderr


def test_templates_lists_a_line_each_in_the_order_of_the_book(folder):
    lines = forked("templates", cwd=folder).stdout.splitlines()
    assert [line.split()[0] for line in lines] == [each.name for each in in_order()]
    assert " ".join(lines[0].split()).startswith("neuron 1-2 to 1-5 One neuron with ")
    assert " ".join(lines[-1].split()).startswith("xor - exclusive or")


@pytest.mark.slow
def test_all_leaves_out_what_is_not_installed_and_says_how_to_get_it(folder):
    forked("build", "digits", "--epochs", 1, "--data", "my.csv", "-o", "a.xlsx", cwd=folder)
    nowhere = os.environ | {"PATH": ""}
    ran = xlnn("check", "a.xlsx", "--engine", "all", cwd=folder, env=nowhere)
    assert ran.returncode == 0, ran.stderr
    assert [
        line.split("(recalculated by ")[1].split(",")[0] for line in ran.stdout.splitlines()
    ] == [
        "formulas",
        "formualizer",
        "ironcalc",
    ]
    without_progress = [line for line in ran.stderr.splitlines() if " … " not in line]
    assert without_progress == [
        f"Skipped: {name} is not installed ({install})."
        for name, install in PROGRAM_REMEDIES.items()
    ]
    asked = xlnn("check", "a.xlsx", "--engine", "gnumeric", cwd=folder, env=nowhere)
    assert asked.returncode == 1
    assert asked.stderr.startswith("Error: Gnumeric was not found: install it (Debian: apt-get")


@pytest.mark.parametrize("command", [[], *([name] for name in cli.commands)])
def test_every_help_is_short_and_has_an_example(command):
    result = CliRunner().invoke(cli, [*command, "--help"])
    assert result.exit_code == 0
    paragraphs = result.output.split("\n\n")
    examples = [each for each in paragraphs if "xlnn " in each and each.startswith("  Example: ")]
    assert examples
    assert [each for each in examples if "\n" in each] == []  # each can be copied as a line


@pytest.mark.parametrize("command", cli.commands.values(), ids=lambda each: each.name)
def test_every_option_has_help(command):
    options = [each for each in command.params if isinstance(each, click.Option)]
    assert [each.name for each in options if not each.help] == []


def test_the_list_of_commands_cuts_no_line():
    listed = CliRunner().invoke(cli, ["--help"]).output.split("\nCommands:\n")[1].splitlines()
    assert [line.split()[0] for line in listed] == [*cli.commands]
    assert [line for line in listed if not line.endswith(".") or line.endswith("...")] == []


@pytest.mark.parametrize("command", ["build", "exercise", "grade"])
def test_the_help_of_many_options_shows_each_in_a_group(command):
    printed = CliRunner().invoke(cli, [command, "--help"]).output
    for option in cli.commands[command].params[1:]:
        assert printed.count(f"\n  {', '.join(option.opts)} ") == 1, option.name
    last = printed.split("\nOthers:\n")[1]
    assert last.split() == ["-h,", "--help", "Show", "this", "message", "and", "exit."]


LARGE_LIBRARIES = {"numpy", "openpyxl", "formualizer", "formulas", "ironcalc", "PIL", "lxml"}
LARGE_LIBRARIES |= {"urllib.request"}


def imported(arguments, folder):
    """Return the large libraries that a command imports."""
    program = (
        "import sys\nfrom xlnn.cli.main import main\n"
        f"sys.argv = ['xlnn', *{arguments}]\n"
        f"try:\n    main()\nfinally:\n    print(*{LARGE_LIBRARIES} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=folder
    )
    return set(done.stdout.splitlines()[-1].split()), done.stderr


@pytest.mark.parametrize("arguments", [["--help"], ["build", "--help"], ["new", "--help"]])
def test_what_says_something_alone_waits_for_no_large_library(arguments, folder):
    assert imported(arguments, folder)[0] == set()


@pytest.mark.ci
def test_a_build_brings_along_nothing_that_talks_with_the_web(folder):
    libraries, said = imported(["build", "descent", "-o", "descent.xlsx"], folder)
    assert (folder / "descent.xlsx").exists(), said
    assert "openpyxl" in libraries
    assert "urllib.request" not in libraries
