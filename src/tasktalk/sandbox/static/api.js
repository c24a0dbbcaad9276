// The simulator's phone API, and its stream of events with reconnection.

async function call(method, path, body, type = "application/json") {
  let answer;
  try {
    answer = await fetch(path, { method, body, headers: body === undefined ? {} : { "Content-Type": type } });
  } catch {
    throw new Error("The simulator does not answer");
  }
  const payload = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(payload.error?.message ?? payload.detail ?? `The simulator answered ${answer.status}`);
  return payload;
}

const phone = (waId, rest) => `phones/${encodeURIComponent(waId)}/${rest}`;

export const listPhones = () => call("GET", "phones");
export const listMessages = (waId) => call("GET", phone(waId, "messages"));
export const sendMessage = (waId, message) => call("POST", phone(waId, "messages"), JSON.stringify(message));
export const uploadMedia = (waId, blob) => call("POST", phone(waId, "media"), blob, blob.type || "application/octet-stream");
export const markRead = (waId) => call("POST", phone(waId, "read"));
export const mediaUrl = (waId, id) => phone(waId, `media/${encodeURIComponent(id)}`);
export const getFaults = () => call("GET", "faults");
export const setFaults = (faults) => call("POST", "faults", JSON.stringify(faults));
export const clearFaults = () => call("DELETE", "faults");

/**
 * Follows a phone's events; `on` has message, status, typing, reset (each given the JSON) and connection(boolean).
 * Returns a function that stops it. EventSource retries by itself only while the server is polite about it,
 * so a closed stream is opened again with a growing pause.
 */
export function follow(waId, on) {
  let source;
  let pause = 500;
  let timer = 0;
  const open = () => {
    source = new EventSource(phone(waId, "events"));
    source.onopen = () => {
      pause = 500;
      on.connection(true);
    };
    source.onerror = () => {
      on.connection(false);
      if (source.readyState !== EventSource.CLOSED) return;
      timer = setTimeout(open, pause);
      pause = Math.min(pause * 2, 8000);
    };
    for (const name of ["message", "status", "typing", "reset"]) {
      source.addEventListener(name, (event) => on[name](JSON.parse(event.data)));
    }
  };
  open();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}
