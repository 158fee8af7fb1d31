"""The stage: its streams are apart, its tasks are watched, and after the play nothing runs."""

import asyncio

from sim.faults import draw
from sim.storm_cabinets import cabinet
from sim.world import World


def test_a_draw_more_in_one_part_shifts_no_other() -> None:
    quiet, busy = World(7, cabinet()).stage, World(7, cabinet()).stage
    busy.stream("people").random()
    assert quiet.stream("broker").random() == busy.stream("broker").random()
    assert quiet.stream("broker").random() != quiet.stream("people").random()


def test_a_pin_that_is_drawn_is_a_secret_and_an_id_is_none() -> None:
    world = World(7, cabinet())
    chance = world.stage.randomness("ids")
    token, pin = chance.token(8), f"{chance.below(10**6):06d}"
    assert world.watch.secrets.stand_in(f'"{pin}"'.encode())
    assert not world.watch.secrets.stand_in(f'"{token}"'.encode())


def test_a_task_and_a_callback_that_fail_are_violations_with_their_moment() -> None:
    stage = (world := World(7, cabinet())).stage
    begins, ends, never = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def fails() -> None:
        await begins.wait()
        raise LookupError("gone")

    async def lasts() -> None:
        await never.wait()

    def falls() -> None:
        raise KeyError("lost")

    async def story() -> None:
        stage.spawn(fails(), "a part")
        stage.spawn(lasts(), "another")
        stage.later(2_000, begins.set)
        stage.later(3_000, falls)
        stage.later(4_000, ends.set)
        await ends.wait()

    stage.last_cuts["centre"] = "#4 sms.after"
    stage.play(story())
    assert [(each.at_ms, each.detail.split(" at ")[0], each.cut) for each in world.watch.violations] == [
        (2_000, "a part: LookupError: gone", "centre #4 sms.after"),
        (3_000, "a callback: KeyError: 'lost'", "centre #4 sms.after"),
    ]
    assert stage.loop.is_closed()


def test_the_stage_holds_the_plan_of_its_seed() -> None:
    assert World(18, cabinet()).stage.plan == draw(18)
