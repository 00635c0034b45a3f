"""What a person did to a workbook, or had in its place, is never lost without a word."""

import errno
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from stat import S_IMODE

import openpyxl
import pytest
from test_own_models import MODELS, example
from test_saved_elsewhere import PROGRAMS

import xlnn
from xlnn.atomic_write import check_place, replacing
from xlnn.building.build import build
from xlnn.building.destination import Destination
from xlnn.errors import OutputError
from xlnn.registry.templates import names, template
from xlnn.xlsx.fingerprint import NAME, PART, State, state

ROOT = Path(__file__).parent.parent
CSV = "label,a,b,c,d,e,f,g,h,i,j,k,l\n0,1,1,1,1,0,1,1,0,1,1,1,1\n1,0,1,0,0,1,0,0,1,0,0,1,0\n"
WAYS = ("-o", "--from", "--force")
posix_only = pytest.mark.skipif(os.name == "nt", reason="Windows has no such files or rights")


def rebuilt(path, **options):
    return build("digits", path, epochs=1, verify=False, **options)


def set_eta(path):
    workbook = openpyxl.load_workbook(path)
    workbook["Play"]["C6"] = 0.7
    workbook.save(path)


def add_notes(path):
    workbook = openpyxl.load_workbook(path)
    workbook.create_sheet("Notes")["A1"] = "mine"
    workbook.save(path)


def save_only(path):
    openpyxl.load_workbook(path).save(path)


def copied(path, change):
    """Copy a workbook part by part; the change gives a part's new content, or None to drop it."""
    target = path.with_name("copied.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        for name in reversed(old.namelist()):
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return target


def left(folder):
    return sorted(path.name for path in folder.iterdir())


# --- the fingerprint ---


@pytest.mark.ci
def test_a_workbook_is_as_built_until_it_is_saved(short_copy):
    assert state(short_copy) is State.AS_BUILT
    save_only(short_copy)
    assert state(short_copy) is State.CHANGED


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.first(2)
@pytest.mark.slow
def test_whatever_saves_a_workbook_is_noticed(short_copy, tmp_path, program):
    saved = Path(PROGRAMS[program](short_copy, tmp_path))
    assert state(saved) is not State.AS_BUILT
    with pytest.raises(OutputError, match="changed"):
        Destination(saved).check()


def test_a_workbook_zipped_anew_is_as_built(short_copy):
    assert state(copied(short_copy, lambda _, content: content)) is State.AS_BUILT


def test_one_byte_of_any_part_is_noticed(short_copy):
    with zipfile.ZipFile(short_copy) as package:
        parts = package.namelist()
    for part in parts:
        changed = copied(
            short_copy,
            lambda name, content, part=part: content[:-1] + b" " if name == part else content,
        )
        assert state(changed) is State.CHANGED, part


def test_a_part_that_is_gone_or_new_is_noticed(short_copy):
    gone = copied(short_copy, lambda name, text: None if "chart1" in name else text)
    assert state(gone) is State.CHANGED
    with zipfile.ZipFile(short_copy, "a") as package:
        package.writestr("xl/media/mine.png", b"mine")
    assert state(short_copy) is State.CHANGED


def test_without_a_fingerprint_nobody_can_tell(short_copy):
    bare = copied(short_copy, lambda name, content: None if name == PART else content)
    assert state(bare) is State.UNKNOWN
    with pytest.raises(OutputError, match="may have been changed, because another program or an"):
        Destination(bare).check()


def test_the_fingerprint_is_a_property_that_programs_read(short_book):
    (found,) = short_book.custom_doc_props
    assert found.name == NAME
    assert len(found.value) == 64


# --- what a person changed ---


@pytest.mark.parametrize("change", [set_eta, add_notes, save_only])
@pytest.mark.slow
@pytest.mark.first(1)
def test_a_changed_workbook_is_not_replaced(short_copy, change):
    change(short_copy)
    before = short_copy.read_bytes()
    with pytest.raises(OutputError) as refused:
        rebuilt(short_copy)
    said = str(refused.value)
    assert said.startswith(f"{short_copy} was changed after xlnn built it")
    assert all(way in said for way in WAYS)
    assert said.count(". ") == 0
    assert short_copy.read_bytes() == before


@pytest.mark.slow
def test_the_three_ways_on_lead_on(short_copy, tmp_path):
    set_eta(short_copy)
    before = short_copy.read_bytes()
    rebuilt(tmp_path / "other.xlsx")
    beside = build(from_workbook=short_copy, verify=False).path
    assert openpyxl.load_workbook(beside)["Play"]["C6"].value == 0.7
    assert short_copy.read_bytes() == before
    rebuilt(short_copy, force=True)
    assert state(short_copy) is State.AS_BUILT


@pytest.mark.parametrize("name", sorted({*names()} - {"digits-8x8"}))  # of minutes
@pytest.mark.first(2)
@pytest.mark.ci
def test_an_untouched_workbook_of_a_template_is_replaced(tmp_path, name):
    path = tmp_path / "built.xlsx"
    is_network = "kind" not in template(name).values
    build(name, path, epochs=1 if is_network else None, verify=False)
    assert state(path) is State.AS_BUILT
    Destination(path).check()


@pytest.mark.slow
def test_a_workbook_beside_an_older_one_is_not_replaced_once_it_was_changed(short_copy):
    beside = build(from_workbook=short_copy, verify=False).path
    build(from_workbook=short_copy, verify=False)
    set_eta(beside)
    with pytest.raises(OutputError, match="was changed"):
        build(from_workbook=short_copy, verify=False)


@pytest.mark.slow
def test_what_is_saved_while_a_workbook_is_built_is_not_replaced(short_copy):
    def tell(stage):
        if stage.startswith("Moving"):
            set_eta(short_copy)

    with pytest.raises(OutputError, match="was changed"):
        rebuilt(short_copy, tell=tell)
    assert openpyxl.load_workbook(short_copy)["Play"]["C6"].value == 0.7


def test_a_changed_workbook_of_a_model_of_ones_own_is_not_replaced(tmp_path):
    path = tmp_path / "own.xlsx"
    model, inputs = example("loan"), MODELS["loan"]
    xlnn.workbook(model, inputs, path)
    xlnn.workbook(model, inputs, path)
    save_only(path)
    with pytest.raises(OutputError, match="was changed") as refused:
        xlnn.workbook(model, inputs, path)
    assert all(way in str(refused.value) for way in ("another path", "xlnn.values", "force=True"))
    xlnn.workbook(model, inputs, path, force=True)
    assert state(path) is State.AS_BUILT


@pytest.mark.slow
def test_make_says_the_same_and_leaves_the_file(short_copy, tmp_path):
    clone = tmp_path / "clone"
    (clone / "output").mkdir(parents=True)
    (clone / ".venv").mkdir()
    (clone / "pyproject.toml").touch()
    (clone / ".venv" / "xlnn").touch()
    path = clone / "output" / "digits.xlsx"
    set_eta(short_copy)
    path.write_bytes(short_copy.read_bytes())
    command = ["make", "-f", ROOT / "Makefile", f"BIN={Path(sys.executable).parent}"]
    ran = subprocess.run(command, cwd=clone, capture_output=True, text=True, check=False)
    assert ran.returncode != 0
    assert "output/digits.xlsx was changed" in ran.stderr
    assert path.read_bytes() == short_copy.read_bytes()
    assert left(clone / "output") == ["digits.xlsx"]


# --- what the system does not allow ---


@posix_only
@pytest.mark.ci
def test_a_link_stays_and_its_workbook_is_replaced(short_copy, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    real = short_copy.rename(tmp_path / "elsewhere" / "real.xlsx")
    link = tmp_path / "link.xlsx"
    link.symlink_to(real)
    before = real.read_bytes()
    rebuilt(link)
    assert link.is_symlink()
    assert real.read_bytes() != before
    set_eta(real)
    with pytest.raises(OutputError, match=r"link\.xlsx was changed"):
        rebuilt(link)
    assert left(tmp_path) == ["elsewhere", "link.xlsx"]
    assert left(real.parent) == ["real.xlsx"]


@posix_only
@pytest.mark.ci
def test_a_link_to_nothing_is_followed_and_one_to_no_folder_refused(tmp_path):
    link = tmp_path / "link.xlsx"
    link.symlink_to(tmp_path / "new.xlsx")
    rebuilt(link)
    assert state(tmp_path / "new.xlsx") is State.AS_BUILT
    lost = tmp_path / "lost.xlsx"
    lost.symlink_to(tmp_path / "none" / "a.xlsx")
    with pytest.raises(OutputError, match="none does not exist"):
        rebuilt(lost)
    assert left(tmp_path) == ["link.xlsx", "lost.xlsx", "new.xlsx"]


@posix_only
def test_a_link_to_itself_is_one_sentence(tmp_path):
    link = tmp_path / "a.xlsx"
    link.symlink_to(link)
    with pytest.raises(OutputError, match="Too many levels of symbolic links"):
        check_place(link)


@posix_only
def test_a_read_only_file_is_not_replaced(short_copy):
    short_copy.chmod(0o444)
    before = short_copy.read_bytes()
    for force in (False, True):
        with pytest.raises(OutputError, match="is read-only"):
            rebuilt(short_copy, force=force)
    assert short_copy.read_bytes() == before


@posix_only
def test_a_private_file_stays_private(short_copy):
    short_copy.chmod(0o600)
    rebuilt(short_copy)
    assert S_IMODE(short_copy.stat().st_mode) == 0o600


@posix_only
def test_a_pipe_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe.xlsx")
    with pytest.raises(OutputError, match="not a regular file"):
        rebuilt(tmp_path / "pipe.xlsx", force=True)


@pytest.mark.parametrize("name", ["a" * 300 + ".xlsx", "a\0b.xlsx", ".xlsx/a.xlsx"])
def test_a_name_that_no_file_can_have_is_one_sentence(tmp_path, name):
    with pytest.raises(OutputError):
        rebuilt(tmp_path / name)
    assert left(tmp_path) == []


def test_a_disk_that_is_full_at_the_end_keeps_the_old_file(short_copy, monkeypatch):
    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    before = short_copy.read_bytes()
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="cannot be written: No space left on device"):
        rebuilt(short_copy)
    assert short_copy.read_bytes() == before
    assert left(short_copy.parent) == [short_copy.name]


def test_whatever_is_raised_while_a_file_is_written_keeps_the_old_one(tmp_path):
    path = tmp_path / "a.npz"
    path.write_bytes(b"old")

    def write_half():
        with replacing(path) as file:
            file.write(b"ne")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()
    assert path.read_bytes() == b"old"
    assert left(tmp_path) == ["a.npz"]


@pytest.mark.parametrize("output", ["output/a.xlsx", "a.xlsx"])
def test_a_read_only_folder_is_refused_before_anything_is_computed(tmp_path, monkeypatch, output):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "access", lambda *_: False)  # as on a read-only disk, also for root
    with pytest.raises(OutputError, match=r"The folder \. is not writable"):
        Destination(Path(output)).check()


@pytest.mark.slow
def test_a_missing_folder_of_tmpdir_is_passed_over(tmp_path):
    (tmp_path / "my.csv").write_text(CSV)
    ran = subprocess.run(
        [sys.executable, "-m", "xlnn", "build", "digits", "--data", "my.csv", "--epochs", "1"],
        cwd=tmp_path, env=os.environ | {"TMPDIR": str(tmp_path / "none")},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert left(tmp_path) == ["my.csv", "output"]


def test_a_folder_that_vanishes_during_a_build_is_one_sentence(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()

    def tell(stage):
        if stage.startswith("Moving"):
            folder.rmdir()

    with pytest.raises(OutputError, match="folder does not exist"):
        rebuilt(folder / "a.xlsx", tell=tell)


def test_no_folder_for_drafts_is_one_sentence_from_python(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(OutputError, match="set TMPDIR to a writable folder"):
        rebuilt(tmp_path / "a.xlsx")
    assert left(tmp_path) == []


@posix_only
def test_no_folder_for_drafts_is_one_sentence_on_the_command_line(tmp_path):
    """No file can be made in /proc, whoever asks."""
    code = (
        "import sys, tempfile; tempfile._candidate_tempdir_list = lambda: ['/proc'];"
        "sys.argv = ['xlnn', 'build', '-o', 'a.xlsx'];"
        "from xlnn.cli.main import main; main()"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 1
    assert ran.stderr.startswith("Error: No temporary folder can be created")
    assert ran.stderr.count("\n") == 1
    assert left(tmp_path) == []


@pytest.mark.slow
def test_two_builds_at_once_leave_one_whole_workbook(tmp_path):
    (tmp_path / "my.csv").write_text(CSV)
    command = [sys.executable, "-m", "xlnn", "build", "digits", "--data", "my.csv", "--epochs", "1"]
    both = [
        subprocess.Popen([*command, "--eta", eta], cwd=tmp_path, stdout=subprocess.DEVNULL)
        for eta in ("0.1", "0.2")
    ]
    assert [process.wait() for process in both] == [0, 0]
    assert left(tmp_path) == ["my.csv", "output"]
    assert left(tmp_path / "output") == ["digits.xlsx"]
    path = tmp_path / "output" / "digits.xlsx"
    assert state(path) is State.AS_BUILT
    assert openpyxl.load_workbook(path)["Play"]["C6"].value in {0.1, 0.2}
