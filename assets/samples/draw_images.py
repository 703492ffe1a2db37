"""Draw the example images of the image pages into `assets/samples/images/`: `python -m assets.samples.draw_images`"""

from collections.abc import Callable
from math import cos, pi, sin
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

SIZE, FINER = 320, 4  # pixels of an image, and how much finer it is drawn
Draw = ImageDraw.ImageDraw
Point = tuple[float, float]


def at(*points: Point) -> list[Point]:
    """Places given as shares of the image's side."""
    return [(x * SIZE * FINER, y * SIZE * FINER) for x, y in points]


def ring(centre: Point, radius: Point, start: float, end: float, count: int = 80) -> list[Point]:
    """Points on an ellipse between two angles in turns."""
    return [(centre[0] + radius[0] * cos(2 * pi * (start + (end - start) * step / count)),
             centre[1] + radius[1] * sin(2 * pi * (start + (end - start) * step / count))) for step in range(count + 1)]


def ball(draw: Draw, centre: Point, radius: float, dark: tuple[int, int, int], bright: tuple[int, int, int], stretch: float = 1.0) -> None:
    """A round body lit from the upper left."""
    steps = 60
    for step in range(steps):
        share = step / steps
        size = radius * (1 - share)
        x, y = centre[0] - 0.35 * radius * share, centre[1] - 0.4 * radius * stretch * share
        colour = tuple(round(low + (high - low) * share**1.3) for low, high in zip(dark, bright, strict=True))
        draw.ellipse(at((x - size, y - size * stretch), (x + size, y + size * stretch)), fill=colour)


def balloon(draw: Draw) -> None:
    for x, y, dark, bright in ((0.33, 0.38, (150, 12, 20), (255, 120, 110)), (0.66, 0.33, (10, 60, 150), (120, 190, 255)),
                               (0.5, 0.5, (190, 140, 0), (255, 235, 130))):
        draw.line(at((x, y + 0.2), (0.5 + (x - 0.5) * 0.3, 0.95)), fill=(110, 110, 110), width=5)
        ball(draw, (x, y), 0.16, dark, bright, 1.2)
        draw.polygon(at((x, y + 0.185), (x - 0.02, y + 0.22), (x + 0.02, y + 0.22)), fill=dark)


def umbrella(draw: Draw) -> None:
    colours = ((196, 30, 58), (226, 62, 84))
    edges = [0.08 + 0.84 * step / 6 for step in range(7)]
    for place in range(6):
        left, right = edges[place], edges[place + 1]
        dome = [(x, 0.52 - 0.40 * (1 - ((x - 0.5) / 0.42) ** 2) ** 0.5) for x in (left + (right - left) * step / 20 for step in range(21))
                if abs(x - 0.5) <= 0.42]
        scallop = [(right + (left - right) * step / 20, 0.52 - 0.05 * sin(pi * step / 20)) for step in range(21)]
        draw.polygon(at(*dome, *scallop), fill=colours[place % 2])
        if place:
            draw.line(at((0.5, 0.12), (left, 0.52)), fill=(150, 18, 40), width=4)
    draw.line(at((0.5, 0.06), (0.5, 0.84)), fill=(60, 60, 65), width=16)
    draw.line(at(*ring((0.44, 0.84), (0.06, 0.08), 0.0, 0.5)), fill=(110, 70, 30), width=26, joint="curve")


def clock(draw: Draw) -> None:
    draw.ellipse(at((0.1, 0.1), (0.9, 0.9)), fill=(70, 45, 25))
    draw.ellipse(at((0.15, 0.15), (0.85, 0.85)), fill=(250, 248, 240))
    for hour in range(60):
        angle = 2 * pi * hour / 60
        inner = 0.29 if hour % 5 == 0 else 0.315
        draw.line(at((0.5 + inner * cos(angle), 0.5 + inner * sin(angle)), (0.5 + 0.33 * cos(angle), 0.5 + 0.33 * sin(angle))),
                  fill=(30, 30, 30), width=14 if hour % 5 == 0 else 5)
    draw.line(at((0.5, 0.5), (0.34, 0.38)), fill=(20, 20, 20), width=26)
    draw.line(at((0.5, 0.5), (0.68, 0.3)), fill=(20, 20, 20), width=16)
    draw.ellipse(at((0.475, 0.475), (0.525, 0.525)), fill=(160, 30, 30))


PICTURES: dict[str, Callable[[Draw], None]] = {"balloon": balloon, "umbrella": umbrella, "clock": clock}
SKY = ((214, 232, 248), (246, 247, 243))


def main() -> None:
    folder = Path(__file__).with_name("images")
    folder.mkdir(exist_ok=True)
    for name, picture in PICTURES.items():
        image = Image.new("RGB", (SIZE * FINER, SIZE * FINER))
        draw = ImageDraw.Draw(image)
        for line in range(SIZE * FINER):
            share = line / (SIZE * FINER)
            colour = tuple(round(top + (low - top) * share) for top, low in zip(*SKY, strict=True))
            draw.line([(0, line), (SIZE * FINER, line)], fill=colour)
        picture(draw)
        image.filter(ImageFilter.GaussianBlur(2)).resize((SIZE, SIZE), Image.Resampling.LANCZOS).save(folder / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
