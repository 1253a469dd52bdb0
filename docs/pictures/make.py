"""Draws the pictures of the README from the samples: LibreOffice prints, pdftoppm paints, blank margins go.

    python docs/pictures/make.py

Run it again when what departments see has changed; nothing else writes these files.
"""

from __future__ import annotations

import struct
import subprocess
import tempfile
import zlib
from pathlib import Path

import numpy as np

from xlsx_eval.run.batch import run
from xlsx_eval.scheme import load_scheme

HERE = Path(__file__).resolve().parent
SAMPLES = HERE.parents[1] / "samples" / "inbox"
MARGIN, DPI, MOST_LINES = 12, 110, 640
FOOTER = 0.06
"""The part of a page where its number stands."""
PICTURES = (
    ("annotated-problems.png", "退回修改/区卫生健康局_第1轮.xlsx", "问题清单"),
    ("annotated-scores.png", "退回修改/区卫生健康局_第1轮.xlsx", "评分表"),
    ("summary.png", "汇总表.xlsx", "排名"),
)


def printed(workbook: Path, folder: Path) -> Path:
    """The workbook as LibreOffice prints it."""
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", folder, workbook],
        check=True,
        capture_output=True,
    )
    return folder / f"{workbook.stem}.pdf"


def page_with(pdf: Path, words: str) -> int:
    """Number of the first page whose title has these words."""
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], check=True, capture_output=True).stdout.decode()
    for number, page in enumerate(text.split("\f"), 1):
        if any(words in line for line in page.strip().splitlines()[:2]):
            return number
    raise SystemExit(f"{pdf.name}: no page called {words}")


def painted(pdf: Path, page: int) -> np.ndarray:
    """The page as an array of rows, columns and colours."""
    command = ["pdftoppm", "-r", str(DPI), "-f", str(page), "-l", str(page), pdf]
    raw = subprocess.run(command, check=True, capture_output=True).stdout
    _, size, _, pixels = raw.split(b"\n", 3)
    width, height = map(int, size.split())
    return np.frombuffer(pixels, np.uint8, width * height * 3).reshape(height, width, 3)


def cropped(page: np.ndarray) -> np.ndarray:
    """The page without its blank margins, and not longer than a reader scrolls."""
    page = page[: int(len(page) * (1 - FOOTER))]
    inked = (page < 250).any(axis=2)
    rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    top, left = max(rows[0] - MARGIN, 0), max(columns[0] - MARGIN, 0)
    return page[top : min(rows[-1] + MARGIN, top + MOST_LINES), left : columns[-1] + MARGIN]


def png(picture: np.ndarray) -> bytes:
    """The picture as a PNG file."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))

    height, width, _ = picture.shape
    lines = b"".join(b"\0" + row.tobytes() for row in picture)
    header = struct.pack(">2L5B", width, height, 8, 2, 0, 0, 0)
    ends = chunk(b"IDAT", zlib.compress(lines, 9)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + ends


def main() -> None:
    """Judge the samples and draw all pictures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run(SAMPLES, folder / "out", load_scheme(year=2022), workers=0)
        for target, workbook, words in PICTURES:
            pdf = printed(folder / "out" / workbook, folder)
            (HERE / target).write_bytes(png(cropped(painted(pdf, page_with(pdf, words)))))


if __name__ == "__main__":
    main()
