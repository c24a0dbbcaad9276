// Times and days as a phone shows them, in the browser's own language and zone.
const clock = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "long" });
const fullDay = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" });
const shortDay = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });

/** Meta's timestamps are seconds since 1970, as text or number. */
export const instant = (timestamp) => new Date(Number(timestamp) * 1000);

const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate());
const daysAgo = (date) => Math.round((midnight(new Date()) - midnight(date)) / 86_400_000);

export const timeOf = (date) => clock.format(date);

export function dayOf(date) {
  const ago = daysAgo(date);
  if (ago === 0) return "Today";
  if (ago === 1) return "Yesterday";
  return ago > 1 && ago < 7 ? weekday.format(date) : fullDay.format(date);
}

/** For a list of chats: the time today, the day before that. */
export function briefly(date) {
  const ago = daysAgo(date);
  if (ago === 0) return timeOf(date);
  return ago === 1 ? "Yesterday" : shortDay.format(date);
}

export function duration(seconds) {
  const whole = Number.isFinite(seconds) ? Math.floor(seconds) : 0;
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
