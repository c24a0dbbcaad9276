// chrono-node: cases as JSON lines in, what it reads out. Runs in a folder of its own, see `peers`.
import * as readline from "node:readline";
import * as chrono from "chrono-node";

const two = (number) => String(number).padStart(2, "0");

for await (const line of readline.createInterface({ input: process.stdin })) {
  const given = JSON.parse(line);
  const began = performance.now();
  let found = [];
  try {
    found = chrono[given.language].parse(given.text, new Date(`${given.now}Z`), { forwardDate: true });
  } catch {
    // A crash of theirs reads nothing.
  }
  const ms = performance.now() - began;
  const start = found.length ? found[0].start : null;
  const date = start && [start.get("year"), two(start.get("month")), two(start.get("day"))].join("-");
  const time = start && `${two(start.get("hour") ?? 0)}:${two(start.get("minute") ?? 0)}`;
  console.log(JSON.stringify({ date, time, rrule: null, ms }));
}
