"""Draws the samples of images, things in six kinds: `python -m assets.samples.make_images`. Run it again and the same files come out."""

import csv
import io
import random
import zipfile
from collections.abc import Callable
from math import sin
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

from assets.samples.draw_images import FINER, SIZE, Draw, at, ball, umbrella

SIDE, EACH = 80, 24  # pixels of an image, and images of each kind
COLOURS = {"red": 0, "orange": 20, "yellow": 42, "green": 85, "blue": 155, "purple": 200}  # on a wheel of 256
PLACES = {"on a light ground": ((225, 228, 232), (246, 244, 240)), "on a dark ground": ((40, 46, 56), (72, 70, 78)),
          "on grass": ((92, 140, 66), (150, 188, 96)), "on sand": ((196, 170, 120), (226, 206, 160))}


def balloon(draw: Draw) -> None:
    draw.line(at((0.5, 0.66), (0.53, 0.97)), fill=(110, 110, 110), width=8)
    ball(draw, (0.5, 0.38), 0.26, (150, 12, 20), (255, 120, 110), 1.15)
    draw.polygon(at((0.5, 0.66), (0.46, 0.72), (0.54, 0.72)), fill=(150, 12, 20))


def house(draw: Draw) -> None:
    draw.polygon(at((0.08, 0.46), (0.5, 0.1), (0.92, 0.46)), fill=(140, 20, 30))
    draw.rectangle(at((0.18, 0.46), (0.82, 0.9)), fill=(226, 62, 84))
    draw.rectangle(at((0.44, 0.6), (0.58, 0.9)), fill=(90, 24, 30))
    for x in (0.25, 0.65):
        draw.rectangle(at((x, 0.55), (x + 0.12, 0.68)), fill=(245, 240, 215))


def cup(draw: Draw) -> None:
    draw.arc(at((0.62, 0.4), (0.92, 0.72)), 0, 360, fill=(150, 20, 30), width=60)
    draw.polygon(at((0.2, 0.34), (0.74, 0.34), (0.66, 0.82), (0.28, 0.82)), fill=(196, 30, 58))
    draw.ellipse(at((0.2, 0.26), (0.74, 0.42)), fill=(240, 90, 100))
    draw.ellipse(at((0.25, 0.29), (0.69, 0.4)), fill=(70, 38, 20))


def tree(draw: Draw) -> None:
    draw.polygon(at((0.45, 0.6), (0.55, 0.6), (0.6, 0.95), (0.4, 0.95)), fill=(110, 70, 40))
    for x, y, size in ((0.5, 0.3, 0.22), (0.32, 0.46, 0.18), (0.68, 0.46, 0.18), (0.5, 0.52, 0.2)):
        ball(draw, (x, y), size, (150, 16, 24), (240, 96, 96))


def fish(draw: Draw) -> None:
    draw.polygon(at((0.7, 0.5), (0.95, 0.3), (0.9, 0.5), (0.95, 0.7)), fill=(170, 24, 40))
    body = [(0.06 + 0.7 * step / 40, 0.5 - 0.24 * sin(3.1416 * step / 40)) for step in range(41)]
    draw.polygon(at(*body, *((x, 1.0 - y) for x, y in reversed(body))), fill=(226, 62, 84))
    draw.polygon(at((0.36, 0.28), (0.58, 0.14), (0.58, 0.3)), fill=(170, 24, 40))
    draw.ellipse(at((0.16, 0.4), (0.24, 0.48)), fill=(250, 250, 250))
    draw.ellipse(at((0.19, 0.42), (0.23, 0.46)), fill=(20, 20, 20))


KINDS: dict[str, Callable[[Draw], None]] = {"balloon": balloon, "umbrella": umbrella, "house": house, "cup": cup, "tree": tree,
                                            "fish": fish}


def thing(draw_it: Callable[[Draw], None]) -> Image.Image:
    """A thing on nothing."""
    image = Image.new("RGBA", (SIZE * FINER, SIZE * FINER), (0, 0, 0, 0))
    draw_it(ImageDraw.Draw(image))
    return image.filter(ImageFilter.GaussianBlur(2)).resize((SIZE, SIZE), Image.Resampling.LANCZOS)


def coloured(image: Image.Image, hue: int) -> Image.Image:
    """The colours turned around the wheel, so that red becomes `hue`."""
    bands = list(image.convert("RGB").convert("HSV").split())
    bands[0] = bands[0].point(lambda value: (value + hue) % 256)
    turned = Image.merge("HSV", bands).convert("RGB")
    turned.putalpha(image.getchannel("A"))
    return turned


def scene(image: Image.Image, colour: str, place: str, chance: random.Random) -> Image.Image:
    """The thing somewhere on a ground, in its own size, colour and turn."""
    side = SIDE * 2
    ground = Image.linear_gradient("L").resize((side, side)).rotate(chance.choice((0, 90, 180, 270)))
    found = Image.composite(Image.new("RGB", (side, side), PLACES[place][0]), Image.new("RGB", (side, side), PLACES[place][1]), ground)
    rough = Image.new("L", (side // 4, side // 4))
    rough.putdata([chance.randrange(110, 146) for _ in range(side * side // 16)])
    found = Image.blend(found, rough.resize((side, side), Image.Resampling.BICUBIC).convert("RGB"), 0.12)
    size = round(side * chance.uniform(0.5, 0.95))
    turned = coloured(image, (COLOURS[colour] + chance.randint(-5, 5)) % 256).resize((size, size), Image.Resampling.LANCZOS)
    turned = turned.rotate(chance.uniform(-35, 35), Image.Resampling.BICUBIC)
    room = side - size
    found.paste(turned, (chance.randint(0, room), chance.randint(0, room)), turned)
    return found.resize((SIDE, SIDE), Image.Resampling.LANCZOS)


def scenes() -> list[tuple[str, str, bytes]]:
    """(kind, what it shows in words, JPEG), the same each time."""
    chance, found = random.Random(11), []
    for kind, draw_it in KINDS.items():
        image = thing(draw_it)
        for number in range(EACH):
            colour, place = list(COLOURS)[number % len(COLOURS)], chance.choice(list(PLACES))
            file = io.BytesIO()
            scene(image, colour, place, chance).save(file, "JPEG", quality=66)
            named = kind if number % 3 else "thing"  # so that neither the text nor the image alone says all
            found.append((kind, f"{'an' if colour == 'orange' else 'a'} {colour} {named} {place}", file.getvalue()))
    return found


def zipped(files: dict[str, bytes]) -> bytes:
    """A zip of these files, all of one date."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content)
    return file.getvalue()


def things() -> bytes:
    """In folders that say what they show."""
    found = scenes()
    return zipped({f"{kind}/{kind}_{number % EACH + 1:02}.jpg": content for number, (kind, _, content) in enumerate(found)})


def things_with_texts() -> bytes:
    """With a table that says it in words."""
    found, table = scenes(), io.StringIO(newline="")
    names = [f"{number + 1:03}.jpg" for number in range(len(found))]
    csv.writer(table, lineterminator="\n").writerows(
        [("image", "text", "group"), *((name, text, kind) for name, (kind, text, _) in zip(names, found, strict=True))])
    return zipped({"things.csv": table.getvalue().encode(), **{name: content for name, (_, _, content) in zip(names, found, strict=True)}})


ZIPS = {"things": things, "things_with_texts": things_with_texts}


def main() -> None:
    for name, make in ZIPS.items():
        Path(__file__).with_name(f"{name}.zip").write_bytes(make())


if __name__ == "__main__":
    main()
