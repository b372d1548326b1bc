"""What is uploaded: the code, and one layer with the locked dependencies for the target."""

from __future__ import annotations

import hashlib
import importlib.util
import marshal
import re
import shutil
from pathlib import Path

import pytest
from stack_synthesis import ROOT
from template_reader import Template

from modeleval.errors import SettingsInvalid
from stacks import packaging
from stacks.bytecode import compile_all, this_compiler

E_MACHINE = {"arm64": 0xB7, "x86_64": 0x3E}
PLATFORM = {"arm64": "aarch64", "x86_64": "x86_64"}
UNZIPPED_LIMIT = 60_000_000
UNZIPPED_TOGETHER = 150_000_000
"""Lambda takes 250 MB of code and layers."""

UNCHECKED = (1).to_bytes(4, "little")
CLIENT = re.compile(r"(?:boto3\s*\.\s*(?:client|resource)|clients\.of)\(\s*\"([a-z0-9-]+)\"")


@pytest.fixture(scope="module", params=["arm64", "x86_64"])
def target(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def layer(target: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A layer that was built just now."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packaging, "BUILD", tmp_path_factory.mktemp("build"))
        return packaging.dependency_layer(target)


def contents(folder: Path) -> dict[str, str]:
    """Every file below a folder: its path, its mode and a digest of its bytes."""
    return {
        f"{path.relative_to(folder)} {path.stat().st_mode:o}": hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_compiled_files_are_for_the_target(layer: Path, target: str) -> None:
    compiled = list(layer.rglob("*.so*"))
    assert {path.parent.name for path in compiled} >= {"msgspec", "pydantic_core"}
    for path in compiled:
        header = path.read_bytes()[:20]
        assert header[:4] == b"\x7fELF", path
        assert int.from_bytes(header[18:20], "little") == E_MACHINE[target], path
        assert f".cpython-313-{PLATFORM[target]}-linux-gnu.so" in path.name


def test_the_layer_is_small(layer: Path) -> None:
    size = sum(path.stat().st_size for path in layer.rglob("*") if path.is_file())
    assert size < UNZIPPED_LIMIT


def test_the_layer_holds_nothing_but_packages(layer: Path) -> None:
    assert [path.name for path in layer.iterdir()] == ["python"]
    unwanted = {"bin", ".lock", "modeleval", "aws_cdk", "typer", "pytest"}
    assert unwanted.isdisjoint(path.name for path in (layer / "python").iterdir())


def test_the_layer_of_reference_metrics_is_for_the_target_and_fits_beside_it(
    layer: Path, target: str
) -> None:
    """Built once for the machine: rouge-score has no wheel."""
    reference = packaging.reference_layer(target)
    names = {path.name for path in (reference / "python").iterdir()}
    assert names >= {"sacrebleu", "rouge_score", "nltk", "absl", "numpy"}
    assert names.isdisjoint({"msgspec", "pydantic", "boto3", "scipy", "bin"})
    for path in reference.rglob("*.so"):
        header = path.read_bytes()[:20]
        assert int.from_bytes(header[18:20], "little") == E_MACHINE[target], path
    both = [path for folder in (layer, reference) for path in folder.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in both) < UNZIPPED_TOGETHER


def test_boto3_is_the_pinned_one(layer: Path) -> None:
    (pinned,) = re.findall(r'"boto3==([\d.]+)"', (ROOT / "pyproject.toml").read_text())
    assert (layer / "python" / f"boto3-{pinned}.dist-info").is_dir()


@pytest.mark.parametrize("package", ["botocore", "boto3"])
def test_only_the_listed_service_models_are_there(layer: Path, package: str) -> None:
    models = {
        path.name for path in (layer / "python" / package / "data").iterdir() if path.is_dir()
    }
    assert models <= set(packaging.SERVICE_MODELS)
    assert models == set(packaging.SERVICE_MODELS) or package == "boto3"


def test_the_listed_service_models_are_those_that_functions_use() -> None:
    sources = [
        path.read_text()
        for folder in ("modeleval", "lambdas")
        for path in (ROOT / folder).rglob("*.py")
        if not packaging._LEFT_OUT.intersection(path.relative_to(ROOT).parts)
    ]
    used = {name for source in sources for name in CLIENT.findall(source)}
    assert used == set(packaging.SERVICE_MODELS)


def test_packaging_twice_gives_the_same(
    layer: Path, target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packaging, "BUILD", tmp_path)
    again = packaging.dependency_layer(target)
    assert again.name == layer.name
    assert contents(again) == contents(layer)


def test_the_code_is_the_domain_the_handlers_and_the_suites(template: Template) -> None:
    code = packaging.function_code()
    assert {path.name for path in code.iterdir()} == {"modeleval", "lambdas", "suites"}
    for function in template.functions.values():
        module, name = function["Handler"].rsplit(".", 1)
        assert f"def {name}(" in (code / f"{module.replace('.', '/')}.py").read_text()


def test_the_code_leaves_out_what_no_function_needs() -> None:
    parts = {part for path in contents(packaging.function_code()) for part in Path(path).parts}
    assert parts.isdisjoint({"cli", "tests", "local", "demo", "stacks"})


def test_every_source_has_bytecode_that_does_not_ask_for_its_time() -> None:
    """A package's files lose their times; `UNCHECKED` is how a .pyc says that it needs none."""
    code = packaging.function_code()
    sources = list(code.rglob("*.py"))
    assert sources
    for source in sources:
        header = Path(importlib.util.cache_from_source(str(source))).read_bytes()[:8]
        assert header == importlib.util.MAGIC_NUMBER + UNCHECKED, source


def test_bytecode_names_its_source_as_lambda_mounts_it() -> None:
    source = packaging.function_code() / "lambdas" / "runtime.py"
    compiled = Path(importlib.util.cache_from_source(str(source))).read_bytes()[16:]
    assert marshal.loads(compiled).co_filename == "/var/task/lambdas/runtime.py"  # noqa: S302 - our own


def test_without_the_functions_python_the_code_has_sources_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packaging, "BUILD", tmp_path)
    monkeypatch.setattr(packaging, "compiler_for", lambda _: None)
    code = packaging.function_code(architecture="arm64")
    assert (code / "lambdas" / "runtime.py").is_file()
    assert not list(code.rglob("*.pyc"))
    assert code.name != packaging.function_code().name


def test_code_packaged_twice_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = packaging.function_code()
    monkeypatch.setattr(packaging, "BUILD", tmp_path)
    again = packaging.function_code()
    assert again.name == first.name
    assert contents(again) == contents(first)


def test_code_that_does_not_compile_is_told(tmp_path: Path) -> None:
    (tmp_path / "wrong.py").write_text("def (")
    with pytest.raises(SettingsInvalid, match=r"could not be compiled.*wrong\.py"):
        compile_all(tmp_path, this_compiler(), mounted="/var/task")


def test_the_code_is_the_same_wherever_the_repository_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also below a folder whose name is left out inside."""
    here = packaging.function_code()
    copied = tmp_path / "cli" / "repository"
    for name in ("modeleval", "lambdas", "suites"):
        shutil.copytree(ROOT / name, copied / name)
    monkeypatch.setattr(packaging, "ROOT", copied)
    monkeypatch.setattr(packaging, "BUILD", tmp_path / "build")
    there = packaging.function_code()
    assert there.name == here.name
    assert contents(there) == contents(here)


def test_a_build_that_breaks_off_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "stacks").mkdir()
    (tmp_path / "uv.lock").write_text("not a lock file")
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\nversion = '1'\n")
    monkeypatch.setattr(packaging, "ROOT", tmp_path)
    monkeypatch.setattr(packaging, "BUILD", tmp_path / "build")
    with pytest.raises(SettingsInvalid, match="dependencies could not be packaged"):
        packaging.dependency_layer("arm64")
    assert list((tmp_path / "build").iterdir()) == []


def test_two_synths_at_once_both_get_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packaging, "BUILD", tmp_path)

    def overtaken(folder: Path) -> None:
        (tmp_path / "code-1").mkdir()
        (tmp_path / "code-1" / "file").write_text("of the faster one")
        (folder / "file").write_text("of the slower one")

    assert packaging._built("code-1", overtaken) == tmp_path / "code-1"
    assert (tmp_path / "code-1" / "file").read_text() == "of the faster one"
    assert [path.name for path in tmp_path.iterdir()] == ["code-1"]
