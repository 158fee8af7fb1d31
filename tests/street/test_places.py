"""Where a street keeps its things: ports that stay free while a program of it is started again."""

from sim.street.places import LOOPBACK, PORTS, choose_ports, listen


def test_ports_are_none_that_a_system_gives_to_connections() -> None:
    ports = choose_ports(LOOPBACK, 0)
    numbers = [getattr(ports, name) for name in ports.__struct_fields__]
    assert len(set(numbers)) == len(numbers)
    assert all(number in PORTS for number in numbers)


def test_centre_and_broker_are_near_where_they_can_be() -> None:
    with listen(LOOPBACK, choose_ports(LOOPBACK, 0).centre) as taken:
        near = int(taken.getsockname()[1])
        ports = choose_ports(LOOPBACK, near)
        assert (ports.centre, ports.broker) == (near + 1, near + 2)
        assert choose_ports(LOOPBACK, near - 1).centre != near
        assert choose_ports(LOOPBACK, 65_535).centre in PORTS
