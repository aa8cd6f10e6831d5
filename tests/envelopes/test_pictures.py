"""The process that makes pictures: what it makes, what it gives up, and what a hostile file gets from it."""

import io
import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pydicom
import pydicom.data
import pytest
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian

from sceau.core.errors import Busy
from sceau.envelopes import pictures
from sceau.envelopes.pictures import NoPicture

SAMPLES = Path(pydicom.__file__).parent / "data" / "test_files"


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def opened(png: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(png), formats=("PNG",))
    picture.load()
    return picture


def drawn(form: str, size: tuple[int, int] = (60, 40), **more: object) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize(size).save(out, form, **more)
    return out.getvalue()


@pytest.mark.parametrize(
    "name",
    [
        "CT_small.dcm",
        "MR_small_RLE.dcm",
        "MR_small_bigendian.dcm",
        "MR_small_jpeg_ls_lossless.dcm",
        "JPEG2000.dcm",
        "SC_rgb_jpeg_gdcm.dcm",
        "SC_rgb_rle_16bit.dcm",
        "examples_palette.dcm",
        "examples_ybr_color.dcm",
    ],
)
def test_a_dicom_file_becomes_a_picture_that_shows_something(name: str) -> None:
    made = pictures.picture([sample(name)])
    data = pydicom.dcmread(SAMPLES / name)
    picture = opened(made.png)
    assert picture.size == (data.Columns, data.Rows)
    low, high = picture.convert("L").getextrema()
    assert high - low > 50


def test_of_several_frames_the_middle_one_is_shown() -> None:
    made = pictures.picture([sample("rtdose.dcm")])
    assert (made.frames, made.shown) == (15, 8)
    assert opened(made.png).size == (10, 10)


def test_tags_are_read_without_the_picture() -> None:
    told = pictures.tags([sample("CT_small.dcm")])
    assert told.png == b""
    assert told.tags["Modality"] == "CT"
    assert told.tags["PatientName"] == "CompressedSamples^CT1"
    assert (told.tags["Rows"], told.tags["Columns"]) == ("128", "128")


def test_what_holds_no_picture_still_says_what_it_is() -> None:
    told = pictures.tags([sample("test-SR.dcm")])
    assert told.tags["Modality"] == "SR"
    assert "Rows" not in told.tags
    with pytest.raises(NoPicture):
        pictures.picture([sample("test-SR.dcm")])


def test_white_stays_white_in_a_negative() -> None:
    pair = [pictures.picture([_film(kind)]) for kind in ("MONOCHROME1", "MONOCHROME2")]
    corners = [opened(each.png).getpixel((0, 0)) for each in pair]
    assert corners == [255, 0]


def _film(photometric: str) -> bytes:
    data = Dataset()
    data.file_meta = pydicom.dataset.FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.7"
    data.file_meta.MediaStorageSOPInstanceUID = "1.2.3"
    data.Rows, data.Columns, data.SamplesPerPixel = 16, 16, 1
    data.BitsAllocated = data.BitsStored = 8
    data.HighBit, data.PixelRepresentation, data.PhotometricInterpretation = 7, 0, photometric
    data.PixelData = bytes(range(256))
    out = io.BytesIO()
    data.save_as(out, enforce_file_format=True)
    return out.getvalue()


@pytest.mark.parametrize(("form", "more"), [("TIFF", {}), ("TIFF", {"compression": "tiff_deflate"}), ("BMP", {})])
def test_what_no_browser_shows_becomes_what_each_shows(form: str, more: dict[str, str]) -> None:
    picture = opened(pictures.picture([drawn(form, **more)]).png)
    assert picture.size == (60, 40)
    assert picture.info == {}  # pixels, and nothing that came along


def test_a_fax_of_several_pages_says_how_many() -> None:
    pages = [Image.new("1", (30, 20), index % 2) for index in range(3)]
    out = io.BytesIO()
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:], compression="group4")
    made = pictures.picture([out.getvalue()])
    assert (made.frames, made.shown) == (3, 1)


def test_a_large_picture_comes_out_smaller() -> None:
    made = opened(pictures.picture([drawn("BMP", (6000, 2000))]).png)
    assert max(made.size) == 3000


@pytest.mark.attack(19)
@pytest.mark.parametrize(
    "hostile",
    [
        b"",
        b"MZ",
        bytes(128) + b"DICM",
        bytes(128) + b"DICM" + b"\xff" * 5000,
        b"<script>alert(1)</script>",
        b"II*\0" + b"\xff" * 100,
        drawn("TIFF")[:200],
        drawn("PNG"),  # the browser's own kinds do not come here
    ],
)
def test_what_is_broken_is_refused(hostile: bytes) -> None:
    with pytest.raises(NoPicture):
        pictures.picture([hostile])


@pytest.mark.attack(19)
def test_a_file_that_announces_more_than_a_machine_holds_is_refused() -> None:
    data = pydicom.dcmread(SAMPLES / "CT_small.dcm")
    data.Rows = data.Columns = 65_000
    out = io.BytesIO()
    data.save_as(out)
    with pytest.raises(NoPicture):
        pictures.picture([out.getvalue()])
    bitmap = bytearray(drawn("BMP"))
    bitmap[18:26] = (2**20).to_bytes(4, "little") * 2
    with pytest.raises(NoPicture):
        pictures.picture([bytes(bitmap)])


@pytest.mark.attack(19)
def test_more_octets_than_the_limit_are_not_even_taken() -> None:
    taken = []

    def pour() -> object:
        for _ in range(100):
            taken.append(1)
            yield bytes(1_000_000)

    with pytest.raises(NoPicture):
        pictures.picture(pour())  # type: ignore[arg-type]
    assert len(taken) <= 41


PROBE = """
import os, socket, subprocess, sys
from sceau.envelopes import picture_process
picture_process._give_up()
tries = {
    "file": lambda: open("/tmp/ecrit", "w"),
    "read": lambda: open("/etc/passwd"),
    "socket": lambda: socket.socket(),
    "child": lambda: subprocess.Popen(["/bin/true"]),
    "memory": lambda: bytearray(2_000_000_000),
}
for name, attempt in tries.items():
    try:
        attempt()
    except (OSError, MemoryError):
        continue
    sys.exit(name)
"""


@pytest.mark.attack(19)
def test_it_can_open_neither_file_nor_socket_nor_start_anything() -> None:
    done = subprocess.run([sys.executable, "-I", "-c", PROBE], capture_output=True, text=True, cwd="/", env={})
    assert (done.returncode, done.stderr) == (0, "")


def test_nothing_of_ours_goes_along(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither environment nor descriptors: a secret of the web process cannot be there to be stolen."""
    monkeypatch.setenv("SCEAU_CUSTODY_PASSPHRASE", "secret")
    script = "import json, os, sys; json.dump([dict(os.environ), os.listdir('/proc/self/fd')], sys.stdout)"
    monkeypatch.setattr(pictures, "_COMMAND", [sys.executable, "-I", "-c", script])
    kept = os.dup(0)
    try:
        os.set_inheritable(kept, True)
        with pictures._process("picture") as process:
            environment, descriptors = json.loads(process.communicate()[0])
    finally:
        os.close(kept)
    assert "secret" not in environment.values()
    assert len(descriptors) == 4  # three pipes, and the one that lists them


def test_one_that_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "SECONDS", 1)
    monkeypatch.setattr(pictures, "_COMMAND", [sys.executable, "-I", "-c", "while True: pass"])
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    with pytest.raises(NoPicture):
        pictures.picture([b"x"])
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 5


def test_a_third_one_waits_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "SECONDS", 0.1)
    with pictures._turn(), pictures._turn(), pytest.raises(Busy), pictures._turn():
        pass
