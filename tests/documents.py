"""Which commands does a document show, and what does a reader have who follows it?

A block of code is indented by four spaces, or fenced. Of its lines, these are run, in their order:

- `xlnn ...`, `python docs/...`: in a folder of their own, with data that fit; two epochs where none
  are named, and no comparison at a build, since that a command works is the question here;
- `$ xlnn ...`: as it stands, and the lines below it are what it prints; `…` stands for any others;
- a block that begins with `import` or `from`: as Python.

A command that must fail ends in a comment that says so: `# exit code 1`.
"""

import re
import runpy
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import openpyxl
from click.testing import CliRunner
from PIL import Image

from xlnn.building.plan import planned, source_of_template
from xlnn.cli import cli
from xlnn.errors import OptionsError
from xlnn.options import Options

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted({*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")} - {ROOT / "CHANGELOG.md"})
TRANSLATIONS = {
    path: path.with_name(f"{path.name.split('.')[0]}.md")
    for path in DOCUMENTS
    if re.fullmatch(r"[^.]+\.[a-z]{2}\.md", path.name)
}
"""The documents NAME.LANG.md, each with NAME.md, of which it is a translation."""
SEVERAL = 2
"""Files that a pattern such as output/*.xlsx stands for here."""
FIRST = {"xlnn", "python", "make", "$", ".venv/bin/xlnn", ".venv/bin/python"}


@dataclass(frozen=True)
class Command:
    """A line that a reader types, and what the document says that it prints, if it does."""

    line: str
    prints: tuple[str, ...] | None = None

    @property
    def words(self):
        return re.split(r"\s#\s", self.line)[0].strip()

    @property
    def code(self):
        found = re.search(r"# exit code ([0-9])", self.line)
        return int(found[1]) if found else 0


def blocks(text):
    """Return the blocks of code of a document, each a list of lines."""
    found, block, fence = [], [], False
    for line in [*text.splitlines(), "end"]:
        if line.startswith("```"):
            fence = not fence
            inside = False
        else:
            inside = fence or line.startswith("    ") or (block and not line.strip())
        if inside:
            block.append(line if fence else line[4:])
        elif block:
            found.append(block)
            block = []
    return found


def commands(block):
    """Return the commands of a block of code; none if it shows something else."""
    found = []
    for line in block:
        if line.startswith("$ "):
            found.append(Command(line[2:], ()))
        elif found and found[-1].prints is not None:
            found[-1] = Command(found[-1].line, (*found[-1].prints, line.rstrip()))
        elif line.split(" ")[0] in FIRST:
            found.append(Command(line))
    return found


def inline(text):
    """Return the commands of xlnn that stand within a document's sentences and tables."""
    return re.findall(r"(?<!`)`(?:\.venv/bin/)?(xlnn [a-z][^`]*)`", text)


def typed(words):
    """Return the words of each command of a line, as a shell gives them to a program."""
    for part in words.split("&&"):
        yield [
            name
            for word in shlex.split(part)
            for name in (sorted(map(str, Path().glob(word)))[:SEVERAL] if "*" in word else [word])
        ]


def run(command):
    """Run a line, here; return its last exit code and all that it printed."""
    printed, code = "", 0
    for program, *words in typed(command.words):
        if program == "make":
            assert f"\n{words[0] if words else 'install'}:" in (ROOT / "Makefile").read_text()
        elif program.endswith("python"):
            done = subprocess.run(
                [sys.executable, *words], capture_output=True, text=True, check=False
            )
            code, printed = done.returncode, printed + done.stdout + done.stderr
        else:
            lay(words)
            more = []
            if command.prints is None and words[0] in {"build", "exercise"}:
                more += ["--epochs", "2"] if "--epochs" not in words else []
                more += ["--no-verify"] if words[0] == "build" else []
            done = CliRunner().invoke(cli, [*words, *more])
            if done.exception and not isinstance(done.exception, SystemExit):
                printed += str(done.exception)
            is_usage = isinstance(done.exception, OptionsError)
            code, printed = 2 if is_usage else done.exit_code, printed + done.output
        if code:
            break
    return code, printed


def shown(prints, printed):
    """Return the first line that a document shows and that was not printed there, if any."""
    lines, skipping = iter(printed.splitlines()), True
    for line in prints:
        if line.strip() == "…":
            skipping = True
            continue
        if not line.strip():
            continue
        found = (each.rstrip() for each in lines if each.strip())
        first = next(found, None)
        while skipping and first is not None and first != line:
            first = next(found, None)
        if first != line:
            return line
        skipping = False
    return None


def unnamed_sheets(path, led):
    """Return the sheets to which a document leads and that a translation does not name.

    Parameters
    ----------
    path : Path
        The translation, in which sheets have the titles of its language.
    led : dict
        The English titles of the sheets, by template.
    """
    text = path.read_text(encoding="utf-8")
    found = []
    for template, sheets in led.items():
        english, there = (
            planned(source_of_template(template), Options(lang=lang)).layout.titles
            for lang in ("en", path.suffixes[0].strip("."))
        )
        named = [there[key] for key, title in english.items() if title in sheets]
        found += [title for title in named if title not in text]
    return found


def python(block, names):
    """Run a block of Python, with what the blocks before it left."""
    exec(compile("\n".join(block), "a document", "exec"), names)  # noqa: S102


def lay(words):
    """Put my.csv here with what a command reads in it: images, or a table, as its options say."""
    if "my.csv" not in words:
        return
    random = np.random.default_rng(1)
    if "--target" in words:
        rows = [["rooms", "age", "price"]]
        rows += [[f"{n % 5 + 1}", f"{n}", f"{100 + 30 * (n % 5) - n}"] for n in range(10)]
        rows[3][1] = "" if "--missing" in words else rows[3][1]
    elif "--label" in words:
        rows = [["size", "colour", "kind"]]
        rows += [[f"{n % 7}.5", ("red", "blue")[n % 2], ("a", "b")[n % 2]] for n in range(10)]
    else:
        rows = [
            [("oui", "où")[n % 2], *(f"{p:.1f}" for p in random.uniform(size=12))]
            for n in range(10)
        ]
    comma = "--decimal" in words
    lines = ((";" if comma else ",").join(row) for row in rows)
    text = "\n".join(line.replace(".", ",") if comma else line for line in lines)
    Path("my.csv").write_text(text, encoding="cp1252" if "cp1252" in words else "utf-8")


def furnish(folder):
    """Put into a folder what a reader has: data of each kind, a roster, and parts of a clone."""
    random = np.random.default_rng(2)
    for name in ("docs", "templates"):
        (folder / name).symlink_to(ROOT / name)
    (folder / "names.csv").write_text("name\nAda\n王芳\n", encoding="utf-8")
    for label in ("cat", "dog"):
        (folder / "photos" / label).mkdir(parents=True)
        for number in range(3):
            ink = random.integers(0, 256, size=(20, 20), dtype=np.uint8)
            Image.fromarray(ink).save(folder / "photos" / label / f"{number}.png")
    np.savez(folder / "my.npz", x=random.uniform(size=(10, 12)), labels=np.array(["a", "b"] * 5))
    book = openpyxl.Workbook()
    rows = [[0, 0, "no"], [0, 1, "yes"], [1, 0, "yes"], [1, 1, "no"]]
    for row in [["id", "x", "y", "kind"], *([n, *row] for n, row in enumerate(rows))]:
        book.active.append(row)
    book.save(folder / "table.xlsx")
    (folder / "homework").mkdir()
    for path in (folder / "net.xlsx", folder / "homework" / "ada.xlsx"):
        example("audit")["write"](path, "*IF({}>0,1,0)")


def example(name):
    """Run a script of docs/examples as it stands; return its names."""
    return runpy.run_path(str(ROOT / "docs" / "examples" / f"{name}.py"))
