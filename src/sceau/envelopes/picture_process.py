"""The process that turns one picture into a PNG: what it reads is hostile until proved otherwise (decision 0016).

    python -I -m sceau.envelopes.picture_process tags|picture   octets on standard input

It writes one line of JSON (`tags` by keyword, `frames`, `shown`), then the PNG. Whatever goes wrong, and on hostile
octets three libraries raise anything, it ends with a status other than 0 and nobody reads why. Before the first octet
is read it gives up: memory and time beyond a limit, files, sockets, other processes.
"""

import codecs
import io
import json
import resource
import sys
import warnings
from typing import Any

import numpy
import numpy.ma
import PIL.Image  # before gdcm, which brings a zlib of its own: the other way round, Pillow's PNG writer crashes in it
import PIL.Jpeg2KImagePlugin
import PIL.TiffImagePlugin
import pydicom
import pydicom.charset
import pydicom.pixels.decoders.base
import pydicom.pixels.decoders.gdcm
import pydicom.pixels.decoders.pillow
import pydicom.pixels.decoders.rle
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_modality_lut, apply_voi_lut
from pydicom.pixels.utils import pixel_array

MEMORY = 1_200_000_000  # octets of addresses, libraries included
SECONDS = 20  # of the processor
SIDE = 3000  # pixels of the longer side of what comes out
PIXELS = 100_000_000  # of one frame of what comes in
KEYWORDS = (
    *("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "PatientAge"),
    *(
        "StudyDate",
        "StudyTime",
        "StudyDescription",
        "Modality",
        "BodyPartExamined",
        "SeriesDescription",
        "SeriesNumber",
    ),
    *("InstanceNumber", "Laterality", "ViewPosition", "SliceThickness", "InstitutionName", "ReferringPhysicianName"),
    *("Manufacturer", "ManufacturerModelName", "Rows", "Columns", "NumberOfFrames", "WindowCenter", "WindowWidth"),
)
_TEXT = 200  # characters of one value


def main() -> None:
    _give_up()
    octets = sys.stdin.buffer.read()
    with_picture = sys.argv[1:] == ["picture"]
    about, picture = _dicom(octets, with_picture) if octets[128:132] == b"DICM" else _plain(octets)
    body = _png(picture) if with_picture and picture else b""
    sys.stdout.buffer.write(json.dumps(about).encode() + b"\n" + body)


def _give_up() -> None:
    """What stays open is standard input, output and error; nothing else can be opened any more, sockets included.

    So whatever libraries import or read when it is first needed, they import and read now.
    """
    PIL.Image.preinit()
    for encoding in {*pydicom.charset.python_encoding.values()}:
        codecs.lookup(encoding)
    PIL.Image.MAX_IMAGE_PIXELS = PIXELS
    warnings.simplefilter("ignore")
    for what, limit in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 3),
    ):
        resource.setrlimit(what, (limit, limit))


def _plain(octets: bytes) -> tuple[dict[str, Any], PIL.Image.Image]:
    picture = PIL.Image.open(io.BytesIO(octets), formats=("TIFF", "BMP"))
    if picture.width * picture.height > PIXELS:
        raise ValueError
    frames = getattr(picture, "n_frames", 1)
    return {"tags": {}, "frames": frames, "shown": 1}, picture


def _dicom(octets: bytes, with_picture: bool) -> tuple[dict[str, Any], PIL.Image.Image | None]:
    data = pydicom.dcmread(io.BytesIO(octets), stop_before_pixels=not with_picture)
    frames = max(int(data.get("NumberOfFrames") or 1), 1)
    shown = frames // 2  # the middle one tells most of a series
    about = {"tags": _tags(data), "frames": frames, "shown": shown + 1}
    return about, _frame(data, shown) if with_picture else None


def _tags(data: Dataset) -> dict[str, str]:
    values = {keyword: str(data.get(keyword, "")).strip() for keyword in KEYWORDS}
    return {
        keyword: "".join(filter(str.isprintable, value))[:_TEXT]
        for keyword, value in values.items()
        if value not in ("", "None")
    }


def _frame(data: Dataset, index: int) -> PIL.Image.Image:
    if int(data.Rows) * int(data.Columns) > PIXELS:
        raise ValueError
    pixels = pixel_array(data, index=index)
    if pixels.ndim == 3:  # colours, already RGB
        return PIL.Image.fromarray(_eight_bits(pixels, int(data.get("BitsStored", 8))))
    pixels = apply_modality_lut(pixels, data)
    windowed = "WindowWidth" in data or "VOILUTSequence" in data
    pixels = apply_voi_lut(pixels, data).astype(numpy.float32)
    low, high = (pixels.min(), pixels.max()) if windowed else numpy.percentile(pixels, (0.5, 99.5))
    grey = numpy.clip((pixels - low) / max(float(high - low), 1e-6), 0, 1)
    if data.get("PhotometricInterpretation") == "MONOCHROME1":
        grey = 1 - grey
    return PIL.Image.fromarray((grey * 255).astype(numpy.uint8))


def _eight_bits(pixels: Any, bits: int) -> Any:  # numpy arrays of any depth
    return (pixels >> (bits - 8)).astype(numpy.uint8) if bits > 8 else pixels.astype(numpy.uint8)


def _png(picture: PIL.Image.Image) -> bytes:
    """Without anything but pixels: no metadata, no profile comes along."""
    shown = (
        picture if picture.mode in ("L", "RGB") else picture.convert("L" if picture.mode in ("1", "I;16") else "RGB")
    )
    shown.thumbnail((SIDE, SIDE))
    clean = PIL.Image.new(shown.mode, shown.size)
    clean.paste(shown)
    out = io.BytesIO()
    clean.save(out, "PNG", compress_level=3)
    return out.getvalue()


if __name__ == "__main__":
    main()
