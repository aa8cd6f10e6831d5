"""Pictures drawn from nothing: a chest film, a twelve-lead tracing, a dressing. Deterministic from a seed.

Pillow comes with ReportLab, which requires it.
"""

import io
import math
from collections.abc import Sequence
from hashlib import shake_256

from PIL import Image, ImageChops, ImageDraw, ImageFilter

_LEADS = ("I", "aVR", "V1", "V4", "II", "aVL", "V2", "V5", "III", "aVF", "V3", "V6")
# One heartbeat as a sum of bells: place in the beat, width (both in seconds), height (in millivolts).
_BEAT = ((0.16, 0.022, 0.14), (0.27, 0.010, -0.12), (0.295, 0.011, 1.05), (0.325, 0.011, -0.26), (0.52, 0.045, 0.30))
_AXIS = (0.6, -0.8, -0.5, 1.2, 1.0, 0.3, 0.4, 1.1, 0.5, 0.7, 0.9, 0.8)  # how tall each lead sees it


def noise(seed: int, count: int) -> bytes:
    """`count` octets that do not compress, the same for the same seed."""
    return shake_256(b"sceau demonstration %d" % seed).digest(count)


def chest_film(seed: int = 1, *, width: int = 1200) -> bytes:
    """A chest radiograph that nobody will diagnose, as JPEG; about 300 kB at the usual width."""
    size = width, width * 6 // 5
    picture = Image.new("L", size, 10)
    _blot(picture, (0.06, 0.08, 0.94, 1.25), 118, blur=0.030)  # the trunk
    _blot(picture, (0.40, -0.10, 0.60, 0.16), 120, blur=0.020)  # the neck
    for left, right in ((0.16, 0.47), (0.54, 0.86)):
        _blot(picture, (left, 0.13, right, 0.84), 42, blur=0.018)
    _blot(picture, (0.46, -0.05, 0.55, 1.10), 176, blur=0.012)  # the spine
    _blot(picture, (0.40, 0.44, 0.70, 0.82), 168, blur=0.026)  # the heart
    for left, right in ((0.02, 0.52), (0.48, 0.98)):
        _blot(picture, (left, 0.79, right, 1.30), 172, blur=0.020)  # the diaphragm
    _bones(picture)
    _grain(picture, seed, strength=16)
    _caption(picture, "G", "DEMO - image de synthese")
    return _jpeg(picture)


def tracing(seed: int = 1) -> bytes:
    """A twelve-lead electrocardiogram on squared paper, as JPEG."""
    picture = Image.new("RGB", (1680, 1000), "#fff6f2")
    draw = ImageDraw.Draw(picture)
    for place in range(0, 1680, 8):
        colour = "#f0b8ac" if place % 40 == 0 else "#fae0d9"
        draw.line([(place, 0), (place, 1000)], colour)
        draw.line([(0, place), (1680, place)], colour)
    rate = 62 + noise(seed, 1)[0] % 20
    for number, lead in enumerate(_LEADS):
        left, middle = 30 + number % 4 * 405, 180 + number // 4 * 230
        draw.line(_curve(left, middle, _AXIS[number], 60 / rate), "#1c1c2b", 2, joint="curve")
        draw.text((left + 4, middle - 100), lead, "#1c1c2b", font_size=22)
    draw.line(_curve(30, 900, 1.0, 60 / rate, width=1620), "#1c1c2b", 2, joint="curve")
    draw.text((34, 800), "II", "#1c1c2b", font_size=22)
    draw.text((34, 14), f"DEMO   {rate}/min   25 mm/s   10 mm/mV", "#1c1c2b", font_size=22)
    return _jpeg(picture)


def dressing(seed: int = 1) -> bytes:
    """A clean gauze on a forearm, as JPEG."""
    picture = Image.new("RGB", (1280, 960), "#4d6a70")
    skin = Image.new("L", picture.size, 0)
    ImageDraw.Draw(skin).rounded_rectangle((-200, 170, 1480, 800), 260, fill=255)
    shade = ImageChops.multiply(Image.new("RGB", picture.size, "#d9a98a"), _shading(picture.size))
    picture.paste(shade, mask=skin.filter(ImageFilter.GaussianBlur(9)))
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((470, 330, 830, 640), 14, fill="#f4f1ea", outline="#d8d2c4", width=3)
    for place in range(478, 826, 7):
        draw.line([(place, 334), (place, 636)], "#e6e1d5")
    for place in range(340, 636, 7):
        draw.line([(474, place), (826, place)], "#e9e5da")
    for top in (372, 560):
        draw.rounded_rectangle((400, top, 900, top + 44), 8, fill="#efe9dc", outline="#d5cdbb", width=2)
    picture = picture.filter(ImageFilter.GaussianBlur(1.2))
    _grain(picture, seed, strength=10)
    return _jpeg(picture)


def small_dressing() -> bytes:
    """The same in a corner of its size."""
    with Image.open(io.BytesIO(dressing())) as picture:
        return _jpeg(picture.resize((240, 240 * picture.height // picture.width)))


def _blot(picture: Image.Image, box: Sequence[float], grey: int, *, blur: float) -> None:
    """An ellipse with soft edges; the box in shares of the picture, the blur in shares of its width."""
    width, height = picture.size
    mask = Image.new("L", picture.size, 0)
    left, top, right, bottom = box
    ImageDraw.Draw(mask).ellipse((left * width, top * height, right * width, bottom * height), fill=255)
    picture.paste(grey, mask=mask.filter(ImageFilter.GaussianBlur(blur * width)))


def _bones(picture: Image.Image) -> None:
    width, height = picture.size
    mask = Image.new("L", picture.size, 0)
    draw = ImageDraw.Draw(mask)
    for top in (height * (0.10 + number * 0.078) for number in range(9)):
        for left, right, start, end in ((0.10, 0.52, 150, 320), (0.48, 0.90, 220, 30)):
            draw.arc((left * width, top, right * width, top + 0.17 * height), start, end, fill=70, width=width // 60)
    for top in (height * (0.02 + number * 0.075) for number in range(14)):
        draw.rounded_rectangle((0.468 * width, top, 0.542 * width, top + 0.052 * height), 8, fill=46)
    for shoulder, breastbone in ((0.12, 0.46), (0.88, 0.54)):
        draw.line([(shoulder * width, 0.125 * height), (breastbone * width, 0.165 * height)], 96, width // 42)
    picture.paste(232, mask=mask.filter(ImageFilter.GaussianBlur(width / 240)))


def _grain(picture: Image.Image, seed: int, *, strength: int) -> None:
    """What a sensor adds: as much darker as lighter."""
    size = picture.size
    grain = Image.frombytes("L", size, noise(seed, size[0] * size[1])).point(lambda value: value * strength // 255)
    layer = Image.merge(picture.mode, [grain] * len(picture.getbands())) if picture.mode != "L" else grain
    picture.paste(ImageChops.add(picture, layer, offset=-strength // 2))


def _shading(size: tuple[int, int]) -> Image.Image:
    light = Image.radial_gradient("L").point(lambda value: 255 - value // 3).resize(size)
    return Image.merge("RGB", [light] * 3)


def _caption(picture: Image.Image, side: str, text: str) -> None:
    width, height = picture.size
    draw = ImageDraw.Draw(picture)
    draw.text((0.93 * width, 0.05 * height), side, 235, font_size=width // 22)
    draw.text((0.02 * width, 0.02 * height), text, 200, font_size=width // 48)


def _curve(left: int, middle: int, axis: float, beat: float, *, width: int = 395) -> list[tuple[float, float]]:
    """Points of one lead: 200 pixels a second, 80 a millivolt, as 25 mm/s and 10 mm/mV at 8 pixels a millimetre."""
    return [(left + pixel, middle - 80 * axis * _voltage(pixel / 200 % beat)) for pixel in range(width)]


def _voltage(second: float) -> float:
    return sum(height * math.exp(-((second - place) ** 2) / (2 * spread**2)) for place, spread, height in _BEAT)


def _jpeg(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=88)
    return file.getvalue()
