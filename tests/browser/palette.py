"""Pictures of screens as small PNGs: 256 colours, of which the browser picks the best."""

import base64
import struct
import zlib

from playwright.async_api import Page

# What is often there keeps its very colour; the rest is halved, box by box, where it differs most (median cut).
_PICK = """async (png) => {
    const bytes = Uint8Array.from(atob(png), (each) => each.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], {type: "image/png"}));
    const {width, height} = image;
    const canvas = new OffscreenCanvas(width, height).getContext("2d");
    canvas.drawImage(image, 0, 0);
    const pixels = new Uint32Array(canvas.getImageData(0, 0, width, height).data.buffer);
    const counts = new Map();
    for (const each of pixels) counts.set(each, (counts.get(each) ?? 0) + 1);
    const all = [...counts].sort((a, b) => b[1] - a[1]).map(([of, count]) =>
        ({of, count, parts: [of & 255, (of >> 8) & 255, (of >> 16) & 255]}));
    const kept = all.slice(0, 96), boxes = all.length > 96 ? [all.slice(96)] : [];
    const spread = (box, n) => { const found = box.map((each) => each.parts[n]); let low = 255, high = 0;
        for (const each of found) { low = Math.min(low, each); high = Math.max(high, each); } return high - low; };
    while (boxes.length && kept.length + boxes.length < 256) {
        const ranked = boxes.map((box, at) => { const by = [0, 1, 2].map((n) => spread(box, n));
            return {at, n: by.indexOf(Math.max(...by)), worth: Math.max(...by) * Math.sqrt(box.length)}; });
        const {at, n, worth} = ranked.reduce((a, b) => a.worth >= b.worth ? a : b);
        if (!worth) break;
        const box = boxes[at].sort((a, b) => a.parts[n] - b.parts[n]), half = box.length >> 1;
        boxes.splice(at, 1, box.slice(0, half), box.slice(half));
    }
    const places = new Map(kept.map(({of}, place) => [of, place]));
    const palette = kept.map(({parts}) => parts);
    for (const box of boxes) {
        const sum = box.reduce((of, {count}) => of + count, 0);
        for (const {of} of box) places.set(of, palette.length);
        const mean = (n) => Math.round(box.reduce((of, {count, parts}) => of + count * parts[n], 0) / sum);
        palette.push([0, 1, 2].map(mean));
    }
    const indices = Uint8Array.from(pixels, (each) => places.get(each));
    let text = "";
    for (let at = 0; at < indices.length; at += 32768) text += String.fromCharCode(...indices.subarray(at, at + 32768));
    return {width, height, palette: palette.flat(), indices: btoa(text)};
}"""


async def shrink(page: Page, png: bytes) -> bytes:
    """The same picture in 256 colours; a page of any site to do it in."""
    found = await page.evaluate(_PICK, base64.b64encode(png).decode())
    width, height, indices = found["width"], found["height"], base64.b64decode(found["indices"])
    rows = b"".join(b"\0" + indices[at : at + width] for at in range(0, width * height, width))
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", header), (b"PLTE", bytes(found["palette"])), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )
