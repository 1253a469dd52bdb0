"""Archives: read within limits, copied as they came."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pytest
from packages import zipped

from xlsx_eval.errors import Unreadable
from xlsx_eval.xlsx.package.archive import Archive, Limits


def _opened(data: bytes, **limits: int) -> Archive:
    return Archive.open(data, Limits(**limits))


def test_untouched_members_keep_their_packed_bytes_dates_and_order() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("stored.bin", (2020, 5, 6, 7, 8, 10)), b"s" * 50, zipfile.ZIP_STORED)
        archive.writestr(
            zipfile.ZipInfo("packed.xml", (2021, 1, 2, 3, 4, 6)), b"<a/>" * 50, zipfile.ZIP_DEFLATED
        )
        archive.writestr("changed.xml", b"old")
    source = Archive.open(out.getvalue())
    changed = source.members[2]
    result = source.rewritten({changed: b"new"}, [("xl/新.xml", b"added")])
    with zipfile.ZipFile(io.BytesIO(result)) as archive:
        assert archive.namelist() == ["stored.bin", "packed.xml", "changed.xml", "xl/新.xml"]
        assert archive.testzip() is None
        assert archive.read("changed.xml") == b"new"
        assert archive.getinfo("stored.bin").compress_type == zipfile.ZIP_STORED
        assert archive.getinfo("packed.xml").date_time == (2021, 1, 2, 3, 4, 6)
        assert archive.getinfo("xl/新.xml").date_time == (1980, 1, 1, 0, 0, 0)


def test_members_with_data_descriptors_are_copied() -> None:
    class Unseekable(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: int) -> int:
            raise OSError

    out = Unseekable()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.xml", b"<a/>" * 100)
        archive.writestr("b.xml", b"<b/>" * 100)
    assert zipfile.ZipFile(io.BytesIO(out.getvalue())).getinfo("a.xml").flag_bits & 8
    source = Archive.open(out.getvalue())
    result = source.rewritten({source.members[1]: b"<c/>"})
    with zipfile.ZipFile(io.BytesIO(result)) as archive:
        assert archive.testzip() is None
        assert archive.read("a.xml") == b"<a/>" * 100
        assert archive.getinfo("a.xml").flag_bits & 8 == 0


def test_zip64_sizes_are_read_from_the_extra_field() -> None:
    source = Archive.open(_zip64("xl/workbook.xml", b"<workbook/>" * 20))
    assert [source.read(member) for member in source.members] == [b"<workbook/>" * 20]
    copied = source.rewritten({})
    assert zipfile.ZipFile(io.BytesIO(copied)).read("xl/workbook.xml") == b"<workbook/>" * 20


def _zip64(name: str, content: bytes) -> bytes:
    """An archive that needs no zip64 and uses it throughout."""
    raw, packed = name.encode(), zlib.compress(content)[2:-4]
    extra = struct.pack("<2H2Q", 1, 16, len(content), len(packed))
    common = struct.pack(
        "<2H3L2H", 0, 0x21, zlib.crc32(content), 0xFFFFFFFF, 0xFFFFFFFF, len(raw), len(extra)
    )
    local = struct.pack("<4s3H", b"PK\3\4", 45, 0, 8) + common + raw + extra + packed
    wide = struct.pack("<2H3Q", 1, 24, len(content), len(packed), 0)
    common = struct.pack("<2H3L2H", 0, 0x21, zlib.crc32(content), 0xFFFFFFFF, 0xFFFFFFFF, len(raw), len(wide))
    central = struct.pack("<4s4H", b"PK\1\2", 45, 45, 0, 8) + common
    central += struct.pack("<3H2L", 0, 0, 0, 0, 0xFFFFFFFF) + raw + wide
    at = len(local)
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, len(central), at)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, at + len(central), 1)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return local + central + end64 + locator + end


def test_bytes_before_the_archive_do_not_disturb() -> None:
    data = b"#!junk\n" + zipped({"a.xml": "<a/>"})
    source = Archive.open(data)
    assert source.read(source.members[0]) == b"<a/>"


def test_two_members_of_one_name_stay_two() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.xml", b"first")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a.xml", b"second")
    source = Archive.open(out.getvalue())
    copied = Archive.open(source.rewritten({source.members[1]: b"changed"}))
    assert [copied.read(member) for member in copied.members] == [b"first", b"changed"]


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        ({"members": 1}, "too_large"),
        ({"total": 1000}, "too_large"),
        ({"member": 1000}, "too_large"),
        ({"ratio": 10, "ratio_from": 1000}, "hostile"),
    ],
)
def test_limits_refuse_before_anything_is_inflated(limits: dict[str, int], reason: str) -> None:
    data = zipped({"bomb.xml": b"0" * 100_000, "b.xml": b""})
    with pytest.raises(Unreadable) as caught:
        _opened(data, **limits)
    assert caught.value.reason == reason


def test_a_member_that_inflates_beyond_its_claim_is_cut_off() -> None:
    data = bytearray(zipped({"bomb.xml": b"0" * 100_000}))
    at = data.index(b"PK\1\2")
    struct.pack_into("<L", data, at + 24, 10)
    source = Archive.open(bytes(data))
    with pytest.raises(Unreadable) as caught:
        source.read(source.members[0])
    assert caught.value.reason == "truncated"


def test_a_cut_off_archive_says_so() -> None:
    data = zipped({"a.xml": b"<a/>" * 1000, "b.xml": b"<b/>"})
    for size in (30, len(data) // 2, len(data) - 5):
        with pytest.raises(Unreadable) as caught:
            Archive.open(data[:size])
        assert caught.value.reason == "truncated"


def test_encrypted_members_are_refused() -> None:
    data = bytearray(zipped({"a.xml": b"<a/>"}))
    at = data.index(b"PK\1\2")
    data[at + 8] |= 1
    with pytest.raises(Unreadable) as caught:
        Archive.open(bytes(data))
    assert caught.value.reason == "encrypted"
