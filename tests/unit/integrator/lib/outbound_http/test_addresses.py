"""Which addresses may be called, in every spelling and wrapping."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from integrator.lib.outbound_http import OutboundPolicy, RefusedError, parse_allow_entry
from integrator.lib.outbound_http.addresses import METADATA, check_addresses, is_metadata, is_public
from integrator.lib.outbound_http.allow_list import parse_literal


def is_refused(
    address: str, *allow: str, name: str = "x.example", port: int = 80, narrow: tuple[str, ...] | None = None
) -> bool:
    try:
        check_addresses(name, port, [ip_address(address)], OutboundPolicy(allow=allow, narrow=narrow))
    except RefusedError:
        return True
    return False


class TestIsPublic:
    @pytest.mark.parametrize(
        "address",
        [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.1.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.250",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "100::1",
            "2001:db8::1",
            "2001::1",
            "2001:2::1",
            "3fff::1",
            "4000::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "::8.8.8.8",
            "::ffff:0:127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::a00:1",
            "64:ff9b:1::808:808",
            "2002:7f00:1::",
            "2002:a00:1::1",
            "2001:0:4136:e378:8000:63bf:80ff:fffe",
            "2606:4700::5efe:7f00:1",
        ],
    )
    def test_refuses(self, address: str) -> None:
        assert not is_public(ip_address(address))
        assert is_refused(address)

    @pytest.mark.parametrize(
        "address",
        [
            "8.8.8.8",
            "1.1.1.1",
            "172.32.0.1",
            "100.128.0.1",
            "2606:4700:4700::1111",
            "2a00:1450:4001::1",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
            "2002:808:808::1",
        ],
    )
    def test_takes(self, address: str) -> None:
        assert is_public(ip_address(address))
        assert not is_refused(address)


class TestIsMetadata:
    @pytest.mark.parametrize(
        "address",
        [
            "169.254.169.254",
            "169.254.170.2",
            "100.100.100.200",
            "192.0.0.192",
            "fd00:ec2::254",
            "::ffff:169.254.169.254",
            "::169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::a9fe:a9fe",
            "2002:a9fe:a9fe::1",
            "fd00::5efe:a9fe:a9fe",
        ],
    )
    def test_stays_refused_when_allowed(self, address: str) -> None:
        assert is_metadata(ip_address(address))
        everything = ("0.0.0.0/0", "::/0", f"[{address}]:80" if ":" in address else f"{address}:80", "x.example:80")
        assert is_refused(address, *everything)

    def test_knows_all_that_must_be_known(self) -> None:
        least = "169.254.169.254 169.254.170.2 100.100.100.200 192.0.0.192 fd00:ec2::254"
        assert set(map(ip_address, least.split())) <= METADATA


class TestCheckAddresses:
    @pytest.mark.parametrize("allow", ["10.0.0.0/8", "10.0.0.5", "10.0.0.5:80", "x.example:80", "X.Example.:80"])
    def test_takes_what_an_entry_names(self, allow: str) -> None:
        assert not is_refused("10.0.0.5", allow)

    @pytest.mark.parametrize(
        "allow", ["10.0.0.5:81", "y.example:80", "x.example:81", "10.0.1.0/24", "[::1]:80", "::/0"]
    )
    def test_refuses_what_no_entry_names(self, allow: str) -> None:
        assert is_refused("10.0.0.5", allow)

    def test_takes_an_ipv6_entry(self) -> None:
        assert not is_refused("::1", "[::1]:80")
        assert is_refused("::1", "[::1]:8080")

    def test_a_connection_can_only_narrow(self) -> None:
        assert not is_refused("10.0.0.5", "10.0.0.0/8", narrow=("10.0.0.5:80",))
        assert is_refused("10.0.0.5", "10.0.0.0/8", narrow=())
        assert is_refused("10.0.0.5", narrow=("10.0.0.5:80",))
        assert OutboundPolicy(allow=("a:1",)).narrowed_to(("b:2",)) == OutboundPolicy(allow=("a:1",), narrow=("b:2",))

    def test_one_public_record_does_not_excuse_a_private_one(self) -> None:
        with pytest.raises(RefusedError):
            check_addresses("x", 80, [ip_address("8.8.8.8"), ip_address("10.0.0.1")], OutboundPolicy())


class TestParseAllowEntry:
    @pytest.mark.parametrize(
        "text", ["host", "host:", ":80", "host:0", "host:70000", "fe80::1::80", "10.0.0.1/8x", "", "h:²"]
    )
    def test_refuses_what_is_no_entry(self, text: str) -> None:
        with pytest.raises(ValueError, match=r"neither|no port"):
            parse_allow_entry(text)

    def test_reads_a_list(self) -> None:
        assert OutboundPolicy.from_text(" a:1, 10.0.0.0/8 ,[::1]:80,").allow == ("a:1", "10.0.0.0/8", "[::1]:80")
        assert OutboundPolicy.from_text("").allow == ()
        with pytest.raises(ValueError, match="wrong"):
            OutboundPolicy.from_text("a:1,wrong")


class TestParseLiteral:
    @pytest.mark.parametrize(
        ("host", "address"),
        [
            ("127.1", "127.0.0.1"),
            ("0", "0.0.0.0"),
            ("2130706433", "127.0.0.1"),
            ("0x7f000001", "127.0.0.1"),
            ("0177.0.0.1", "127.0.0.1"),
            ("0x7f.1", "127.0.0.1"),
            ("::ffff:127.0.0.1", "::ffff:127.0.0.1"),
            ("10.0.0.1", "10.0.0.1"),
        ],
    )
    def test_reads_each_spelling(self, host: str, address: str) -> None:
        assert parse_literal(host) == ip_address(address)

    @pytest.mark.parametrize("host", ["example.com", "localhost", "1.example", "", "a.1", "127.0.0.1.2"])
    def test_gives_none_for_a_name(self, host: str) -> None:
        assert parse_literal(host) is None
