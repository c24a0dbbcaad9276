// Voice notes: recorded where the browser allows it, else a sound file is picked.
import { sendFile } from "./attach.js";
import { byId, h } from "./dom.js";
import { openSheet } from "./sheet.js";
import { duration } from "./when.js";

const TYPES = ["audio/ogg;codecs=opus", "audio/mp4", "audio/webm;codecs=opus"];

/** Wires the microphone button. `chat()` and `context()` as for attachments. */
export function wireVoice({ chat, context }) {
  const bar = byId("recording");
  const time = bar.querySelector("time");
  let recorder = null;
  let keep = false;
  let timer = 0;

  async function start() {
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch {
      noMicrophone();
      return;
    }
    const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type));
    const pieces = [];
    const from = Date.now();
    recorder = new MediaRecorder(stream, { mimeType });
    recorder.addEventListener("dataavailable", ({ data }) => pieces.push(data));
    recorder.addEventListener("stop", () => {
      for (const track of stream.getTracks()) track.stop();
      clearInterval(timer);
      bar.hidden = true;
      byId("composer").hidden = false;
      byId("text").focus();
      if (keep) sendFile(chat(), new Blob(pieces, { type: recorder.mimeType }), { kind: "audio", extra: { voice: true }, context: context() });
    });
    recorder.start();
    time.textContent = "0:00";
    timer = setInterval(() => (time.textContent = duration((Date.now() - from) / 1000)), 250);
    byId("composer").hidden = true;
    bar.hidden = false;
    byId("record-send").focus();
  }

  function noMicrophone() {
    const pick = () => {
      close();
      byId("pick-audio").click();
    };
    const close = openSheet("No microphone", h("div", { class: "form" },
      h("p", {}, "This browser gives the page no microphone. A sound file does as well."),
      h("button", { type: "button", class: "primary", onclick: pick }, "Choose a sound file")));
  }

  const finish = (sending) => () => {
    keep = sending;
    recorder?.stop();
  };
  byId("mic").addEventListener("click", start);
  byId("record-send").addEventListener("click", finish(true));
  byId("record-cancel").addEventListener("click", finish(false));
}
