"""Does each package import only from those to its left?"""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# What each layer may import of our own. The environment is settings, not a layer: it imports nothing of ours.
LAYERS = {
    "cms.accounts": ("cms.accounts", "cms.environment"),
    "courses": ("cms.accounts", "courses"),
    "assessments": ("cms.accounts", "courses", "assessments"),
    "certificates": ("cms.accounts", "courses", "assessments", "certificates"),
    "cms": ("cms", "courses", "assessments", "certificates"),
}
OURS = ("cms", "courses", "assessments", "certificates", "tests")


def files_of(layer: str) -> list[Path]:
    files = sorted((ROOT / layer.replace(".", "/")).rglob("*.py"))
    if layer == "cms":
        files = [file for file in files if ROOT / "cms" / "accounts" not in file.parents]
    return files


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def imports_of(file: Path) -> set[tuple[int, str]]:
    """Each import of ours with its line, absolute, also those within functions and under TYPE_CHECKING."""
    package = file.relative_to(ROOT).with_suffix("").parts[:-1]
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            parts = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*parts, *([node.module] if node.module else [])])
            # `from cms import environment` imports the module, `from cms.models import Page` does not.
            names = [f"{base}.{alias.name}" if within(base, "cms") and base == "cms" else base for alias in node.names]
        elif isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "import_module":
            names = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        found |= {(node.lineno, name) for name in names if any(within(name, ours) for ours in OURS)}
    return found


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_imports_only_from_its_left(layer: str) -> None:
    wrong = [
        f"{file.relative_to(ROOT)}:{line} imports {name}"
        for file in files_of(layer)
        for line, name in sorted(imports_of(file))
        if not any(within(name, allowed) for allowed in LAYERS[layer])
    ]

    assert files_of(layer)
    assert wrong == []


def test_the_settings_read_nothing_of_ours_but_the_environment() -> None:
    for name in ("settings.py", "environment.py"):
        assert {imported for _line, imported in imports_of(ROOT / "cms" / name)} <= {"cms.environment"}


def test_this_test_sees_what_it_forbids(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.cms.test_layers.ROOT", tmp_path)
    (tmp_path / "courses" / "inner").mkdir(parents=True)
    file = tmp_path / "courses" / "inner" / "wrong.py"
    file.write_text(
        "from assessments.models import Shift\n"
        "import certificates.models\n"
        "from cms import models\n"
        "def later():\n"
        "    from ..models import Enrolment\n"
        "    from . import beside\n"
        "    import_module('tests.factories')\n"
        "import os, json\n"
    )

    assert sorted(imports_of(file)) == [
        (1, "assessments.models"),
        (2, "certificates.models"),
        (3, "cms.models"),
        (5, "courses.models"),
        (6, "courses.inner"),
        (7, "tests.factories"),
    ]
