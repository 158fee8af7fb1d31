"""Every feature is told in virtual time and to the real programs."""

from pathlib import Path

HERE = Path(__file__).parent


def test_every_feature_is_told_to_the_real_programs() -> None:
    told = {path.stem.removeprefix("test_") for path in (HERE / "with_processes").glob("test_*.py")}
    assert told == {path.stem for path in (HERE / "features").glob("*.feature")}


def test_each_tells_its_own_feature() -> None:
    for path in (HERE / "with_processes").glob("test_*.py"):
        assert f'scenarios("../features/{path.stem.removeprefix("test_")}.feature")' in path.read_text("utf-8")
