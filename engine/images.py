"""Images from wherever they come, opened safely: a path, a PIL image, the bytes of a file, base64 or a data URL -> RGB."""

import base64
import binascii
import io
import re
import threading
import warnings
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import StudioError

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF", "PPM")  # what is opened; each is read by Pillow itself, none runs anything
ENDINGS = ("jpg", "jpeg", "png", "gif", "bmp", "webp", "tif", "tiff", "ppm", "pgm")
MOST_PIXELS = 64_000_000  # of an image as it comes; a larger one is a mistake or an attack
MOST_BYTES = 100_000_000  # of a file
_BASE64 = re.compile(r"[A-Za-z0-9+/=_\s-]+")
_loading = threading.Lock()  # an image that Pillow opened is read when it is first looked at, and two threads may look at one
_TAKES = "Give a path, a PIL image, the bytes of an image file, or these in base64."


class NamedImage(PathLike[str]):
    """An image file that is called otherwise than it lies on disk: what is said about it uses the name that its owner knows."""

    def __init__(self, path: Path, name: str) -> None:
        self.path, self.name = path, name

    def __fspath__(self) -> str:
        return str(self.path)

    def __str__(self) -> str:
        return self.name


class StoredImage(bytes):
    """The bytes of an image file that remember how it is called."""

    name = "image"

    @classmethod
    def of(cls, value: Any) -> "StoredImage":
        """An image in whatever form, as a file: what is a file already is taken as it is, a PIL image becomes a PNG.

        Raises StudioError for what is no image at all; whether it can be opened is seen when it is.
        """
        from PIL import Image

        if isinstance(value, StoredImage):
            return value
        if isinstance(value, Image.Image):
            buffer = io.BytesIO()
            (value if value.mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I", "I;16") else value.convert("RGB")).save(buffer, "PNG")
            made = cls(buffer.getvalue())
        else:
            source = _source(value)
            made = cls(source.getvalue() if isinstance(source, io.BytesIO) else source.read_bytes())
        if isinstance(value, PathLike) or (isinstance(value, str) and len(value) < 4096 and not value.startswith("data:")):
            made.name = str(value) if isinstance(value, NamedImage) else Path(value).name
        return made


def open_image(value: Any, size: int | None = None) -> "Image":
    """The image as RGB, turned as its EXIF data says, its first frame; see-through parts are white. The caller's object stays as it is.

    size: the smaller side that will be needed; a large JPEG is then decoded at a fraction of its size.
    Raises StudioError for what is no image, of another format, damaged, or larger than MOST_PIXELS.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # odd metadata; what matters is raised
            image = value if isinstance(value, Image.Image) else Image.open(_source(value), formats=FORMATS)
            if image.width * image.height > MOST_PIXELS:
                raise StudioError(f"{_named(value)} has {image.width:,} x {image.height:,} pixels.",
                                  f"At most {MOST_PIXELS:,} pixels are opened.")
            if image is value:
                with _loading:
                    image.load()
            elif size:
                image.draft("RGB", (size, size))
            return _rgb(ImageOps.exif_transpose(image))
    except Image.DecompressionBombError:
        raise StudioError(f"{_named(value)} has far too many pixels.", f"At most {MOST_PIXELS:,} pixels are opened.") from None
    except UnidentifiedImageError:
        raise StudioError(f"{_named(value)} is no image that can be read here.", f"Known are {', '.join(FORMATS)}.") from None
    except StudioError:
        raise
    except Exception as error:  # Pillow's readers raise whatever a crafted file makes them
        raise StudioError(f"{_named(value)} is damaged: it cannot be read as an image.", "Save it again in another program.") from error


def _source(value: Any) -> Any:
    if isinstance(value, bytes | bytearray):
        return io.BytesIO(_checked(bytes(value), value))
    if isinstance(value, PathLike):
        return _file(value)
    if not isinstance(value, str):
        raise StudioError(f"An image cannot be {type(value).__name__}.", _TAKES)
    if value.startswith("data:"):
        head, _, body = value.partition(",")
        if not head.endswith(";base64"):
            raise StudioError("This data URL holds no base64.", "Write data:image/png;base64,… .")
        return io.BytesIO(_decoded(body, value))
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", value):
        raise StudioError(f"{_named(value)} is an address, and nothing is fetched from the network.",
                          "Download the image and give its path.")
    if len(value) < 4096 and "\0" not in value and _exists(value):
        return _file(value)
    if len(value) >= 32 and _BASE64.fullmatch(value) and not value.lower().endswith(tuple(f".{ending}" for ending in ENDINGS)):
        return io.BytesIO(_decoded(value, value))
    raise StudioError(f"There is no image {_named(value)}.", "Check the path; " + _TAKES[0].lower() + _TAKES[1:])


def _exists(value: str) -> bool:
    try:
        return Path(value).expanduser().exists()
    except (OSError, ValueError):
        return False


def _file(value: "str | PathLike[str]") -> Path:
    path = Path(value).expanduser()
    if not path.is_file():
        raise StudioError(f"There is no image file {_named(value)}.", "Check the path; a folder is no image.")
    if path.stat().st_size > MOST_BYTES:
        raise StudioError(f"{_named(value)} is larger than {MOST_BYTES:,} bytes.", "Save it in a smaller size.")
    return path


def _decoded(text: str, value: str) -> bytes:
    try:
        plain = re.sub(r"\s", "", text).translate(str.maketrans("-_", "+/"))
        return _checked(base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True), value)
    except (binascii.Error, ValueError):
        raise StudioError(f"{_named(value)} is neither the path of an image nor one in base64.", _TAKES) from None


def _checked(content: bytes, value: Any) -> bytes:
    if not content:
        raise StudioError(f"{_named(value)} is empty.", _TAKES)
    if len(content) > MOST_BYTES:
        raise StudioError(f"{_named(value)} is larger than {MOST_BYTES:,} bytes.", "Save it in a smaller size.")
    return content


def _named(value: Any) -> str:
    """The image as an error may name it: never its whole content."""
    if isinstance(value, str | PathLike):
        text = str(value)
        return repr(text) if len(text) <= 80 else repr(text[:40] + "…")
    return "The image"


def _rgb(image: "Image") -> "Image":
    from PIL import Image

    if image.mode in ("I", "I;16", "I;16B", "I;16L", "F"):
        image = _eight_bits(image)
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image).convert("RGB")
    image.load()
    return image.convert("RGB") if image.mode != "RGB" else image.copy()


def _eight_bits(image: "Image") -> "Image":
    """More than eight bits a pixel, spread over 0 to 255 by the range that the mode can hold (or, unbounded, that the image has)."""
    import numpy as np
    from PIL import Image

    values = np.nan_to_num(np.asarray(image, dtype=np.float64))
    low, high = values.min(), values.max()
    if image.mode.startswith("I") and low >= 0 and high <= 65535:
        low, high = 0.0, 65535.0
    return Image.fromarray(((values - low) * (255.0 / max(high - low, 1e-9))).clip(0, 255).astype(np.uint8), "L")
