"""Voice notes as WhatsApp records them: Opus in Ogg, mono; spoken by a small voice where that is installed."""

import io
from typing import Any


def to_note(samples: Any, rate: int) -> bytes:
    """Floats at `rate` as a voice note."""
    import av  # noqa: PLC0415
    import numpy as np  # noqa: PLC0415

    file = io.BytesIO()
    with av.open(file, "w", format="ogg") as container:
        stream: Any = container.add_stream("libopus", rate=48000, layout="mono", options={"application": "voip"})
        stream.bit_rate = 24000
        resampler = av.AudioResampler(format="s16", layout="mono", rate=48000, frame_size=960)
        whole = (np.clip(samples, -1, 1) * 32767).astype(np.int16).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(whole, format="s16", layout="mono")
        frame.sample_rate = rate
        for each in (*resampler.resample(frame), *resampler.resample(None), None):
            container.mux(stream.encode(each))
    return file.getvalue()


def speak(text: str) -> bytes:
    """A note that says it."""
    from hibari import SAMPLE_RATE, Hibari  # noqa: PLC0415

    return to_note(Hibari()(text, seed=1), SAMPLE_RATE)
