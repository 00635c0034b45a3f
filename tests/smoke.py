"""Does the wheel work where nothing else is installed, on the lowest and newest versions allowed?

    make smoke                               # newest: on each Python from 3.11 on that is at hand
    python tests/smoke.py --python 3.11      # on this one

Each time an environment of its own gets the wheel and what that needs, and no tool of developers.
The lowest versions are tried on Python 3.11 alone: later ones have no wheels of them.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parent.parent
OLDEST = "3.11"
COMMANDS = """
xlnn build xor
xlnn check output/xor.xlsx --engine formualizer --engine ironcalc
xlnn new mine --from digits
xlnn build mine --epochs 2 --lang zh
xlnn lint output/mine.xlsx
xlnn explain output/mine.xlsx delta3
xlnn values output/mine.xlsx -o mine.npz
xlnn exercise descent --level 1 -o todo.xlsx
xlnn grade todo.xlsx -o marks.xlsx
xlnn build regression
xlnn check output/regression.xlsx --engine formulas
"""


def uv(*words: str) -> str:
    """Run uv, which is installed beside this Python; return what it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "uv", *words], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"uv {' '.join(words)}\n{done.stdout}{done.stderr}")
    return done.stdout


def at_hand() -> list[str]:
    """Return the versions of Python from 3.11 on that are installed here, one each."""
    listed = uv("python", "list", "--only-installed")
    found = re.findall(r"^cpython-3\.([0-9]+)\.", listed, re.MULTILINE)
    return [f"3.{minor}" for minor in sorted({int(each) for each in found}) if minor >= 11]


def wheel(folder: Path) -> Path:
    """Build the wheel into a folder."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def smoke(file: Path, python: str, resolution: str, folder: Path) -> str:
    """Install the wheel alone into an environment in a folder, and run the commands there.

    Returns what was installed, in a line.

    Raises
    ------
    SystemExit
        It cannot be installed, or a command fails.
    """
    home = folder / "venv"
    uv("venv", "--python", python, "--no-python-downloads", str(home))
    binary = home / "bin" / "python"
    into = ("pip", "install", "--python", str(binary))
    uv(*into, "--resolution", resolution, "--requirements", str(ROOT / "pyproject.toml"))
    uv(*into, "--no-deps", str(file))
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    for line in COMMANDS.split("\n"):
        if line:
            done = subprocess.run(
                [str(binary), "-m", *line.split()],
                cwd=folder, env=env, capture_output=True, text=True, check=False,
            )  # fmt: skip
            if done.returncode:
                raise SystemExit(
                    f"Python {python}, {resolution}: {line}\n{done.stdout}{done.stderr}"
                )
    versions = uv("pip", "freeze", "--python", str(binary)).split()
    return f"Python {python}   {resolution}   {' '.join(sorted(versions, key=str.lower))}"


def main() -> None:
    """Try the wheel with each Python and resolution that was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--python", action="append")
    parser.add_argument("--wheel", type=Path)
    told = parser.parse_args()
    tried = [
        (python, resolution)
        for python in told.python or at_hand()
        for resolution in (("lowest-direct", "highest") if python == OLDEST else ("highest",))
    ]
    with tempfile.TemporaryDirectory() as made, ThreadPoolExecutor(os.cpu_count()) as pool:
        file = told.wheel or wheel(Path(made))
        folders = [Path(tempfile.mkdtemp(dir=made)) for _ in tried]
        begun = [pool.submit(smoke, file, *how, at) for how, at in zip(tried, folders, strict=True)]
        for each in begun:
            print(each.result(), flush=True)


if __name__ == "__main__":
    main()
