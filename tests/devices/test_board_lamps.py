"""When one board is told of its lamps: at once, again while it has not answered, and now and then while one shines."""

from controller.devices.board_lamps import AGAIN_MS, BLINDLY, DARK, REFRESH_MS, BoardLamps


def there() -> BoardLamps:
    lamps = BoardLamps()
    lamps.found(True)
    return lamps


def test_a_board_without_lamps_is_never_told() -> None:
    lamps = BoardLamps()
    lamps.wanted = (1, 100)
    assert lamps.due_ms() is None
    lamps.found(False)
    assert lamps.due_ms() is None


def test_a_board_that_came_is_told_to_be_dark_once() -> None:
    lamps = there()
    assert lamps.due_ms() == 0
    assert lamps.say(1000) == DARK
    assert lamps.due_ms() == 1000 + AGAIN_MS
    lamps.answered(DARK)
    assert lamps.due_ms() is None


def test_what_has_changed_is_said_at_once_and_refreshed_while_it_shines() -> None:
    lamps = there()
    lamps.answered(lamps.say(1000))
    lamps.wanted = (4, 25)
    assert lamps.due_ms() == 0
    lamps.answered(lamps.say(1100))
    assert lamps.due_ms() == 1100 + REFRESH_MS
    lamps.wanted = DARK
    assert lamps.due_ms() == 0
    lamps.answered(lamps.say(1200))
    assert lamps.due_ms() is None


def test_lamps_of_a_board_that_may_not_be_driven_go_dark() -> None:
    lamps = there()
    lamps.wanted = (4, 25)
    lamps.found(True, held=True)
    assert lamps.say(1000) == DARK
    lamps.answered(DARK)
    assert lamps.due_ms() is None


def test_a_board_that_cannot_be_read_any_more_is_told_to_be_dark_a_few_times() -> None:
    lamps = there()
    lamps.wanted = (4, 25)
    lamps.say(1000)
    lamps.lost()
    said = [(lamps.due_ms(), lamps.say(2000 + n * AGAIN_MS)) for n in range(BLINDLY)]
    assert said == [(0, DARK), *((2000 + n * AGAIN_MS, DARK) for n in range(1, BLINDLY))]
    assert lamps.due_ms() is None


def test_a_dark_board_that_is_lost_is_told_nothing() -> None:
    lamps = there()
    lamps.answered(lamps.say(1000))
    lamps.lost()
    assert lamps.due_ms() is None


def test_what_changes_while_the_board_answers_is_not_lost() -> None:
    lamps = there()
    said = lamps.say(1000)
    lamps.wanted = (4, 25)
    lamps.answered(said)
    assert lamps.due_ms() == 0


def test_a_board_that_answers_something_else_is_told_again_without_haste() -> None:
    lamps = there()
    lamps.wanted = (4, 25)
    lamps.say(1000)
    lamps.answered((8, 25))
    assert lamps.due_ms() == 1000 + AGAIN_MS


def test_after_a_restart_nothing_is_known() -> None:
    lamps = there()
    lamps.wanted = (4, 25)
    lamps.answered(lamps.say(1000))
    lamps.found(False)
    assert lamps.due_ms() is None
    lamps.found(True)
    assert lamps.due_ms() == 0
