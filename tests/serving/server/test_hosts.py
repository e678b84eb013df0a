"""Which hosts a request may name."""

import socket

import pytest

from tuner.errors import UserError
from tuner.serving.server.hosts import HostRule


@pytest.mark.parametrize(
    ("address", "host", "allowed"),
    [
        ("127.0.0.1", "127.0.0.1:5001", True),
        ("127.0.0.1", "LocalHost:80", True),
        ("127.0.0.1", "localhost.", True),
        ("127.0.0.1", "[::1]:5001", True),
        ("127.0.0.1", "models.example", True),
        ("127.0.0.1", "[0:0:0:0:0:0:0:1]", True),
        ("127.0.0.1", "evil.example", False),
        ("127.0.0.1", "localhost.evil.example", False),
        ("127.0.0.1", "127.0.0.1.evil.example", False),
        ("127.0.0.1", "10.0.0.1", False),
        ("127.0.0.1", "localhost:80:80", False),
        ("127.0.0.1", "localhost:x", False),
        ("127.0.0.1", "", False),
        ("127.0.0.1", "[::1", False),
        ("127.0.0.2", "127.0.0.2", True),
        ("localhost", "127.0.0.1", True),
        ("10.0.0.1", "10.0.0.1:5001", True),
        ("10.0.0.1", "localhost", False),
        ("10.0.0.1", "10.0.0.2", False),
        ("box.example", "box.example:5001", True),
        ("0.0.0.0", "10.1.2.3:5001", True),
        ("::", "[fe80::1]:5001", True),
        ("0.0.0.0", socket.gethostname(), True),
        ("0.0.0.0", "localhost", True),
        ("0.0.0.0", "models.example:443", True),
        ("0.0.0.0", "evil.example", False),
    ],
)  # fmt: skip
def test_a_request_may_name_the_address_and_further_names(address, host, allowed):
    assert HostRule(address, ["Models.Example"]).allows(host) is allowed


@pytest.mark.parametrize("name", ["", "a b/c", "http://models.example", "models.example:443", "*"])
def test_a_further_name_must_be_one_of_a_host(name):
    with pytest.raises(UserError) as error:
        HostRule("127.0.0.1", ["models.example", name])
    assert str(error.value) == (
        f"--allow-host: {name} is no name of a host; give one such as models.example, without a "
        "port, a path or http://"
    )


@pytest.mark.parametrize("name", ["::1", "[::1]", "10.0.0.1", "my_host", "A-b.example."])
def test_a_further_name_may_be_an_address(name):
    assert HostRule("10.0.0.2", [name]).allows(f"[{name}]" if name == "::1" else name)
