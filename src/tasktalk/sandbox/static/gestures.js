// Touch on a row: drag right to reply, hold to react. Mouse and keyboard have buttons for both.

const REACH = 56;
const HOLD_MS = 450;

/** Watches rows inside `log`; calls swipe(row) and hold(row). */
export function watchGestures(log, { swipe, hold }) {
  let touch = null;

  const release = () => {
    if (!touch) return;
    clearTimeout(touch.timer);
    touch.row.classList.remove("dragged", "armed");
    touch.row.style.removeProperty("--drag");
    touch = null;
  };

  log.addEventListener("pointerdown", (event) => {
    const row = event.target.closest(".row[data-id]");
    if (!row || event.pointerType === "mouse" || event.target.closest(".tools, .choices, .reaction-menu, input")) return;
    touch = { row, x: event.clientX, y: event.clientY, moved: 0, id: event.pointerId };
    touch.timer = setTimeout(() => {
      const { row: held } = touch;
      release();
      navigator.vibrate?.(10);
      hold(held);
    }, HOLD_MS);
  });

  log.addEventListener("pointermove", (event) => {
    if (touch?.id !== event.pointerId) return;
    const across = event.clientX - touch.x;
    if (Math.abs(across) > 8 || Math.abs(event.clientY - touch.y) > 8) clearTimeout(touch.timer);
    touch.moved = Math.max(0, Math.min(across, REACH * 1.3));
    touch.row.classList.toggle("dragged", touch.moved > 8);
    touch.row.classList.toggle("armed", touch.moved >= REACH);
    touch.row.style.setProperty("--drag", `${touch.moved}px`);
  });

  log.addEventListener("pointerup", (event) => {
    if (touch?.id !== event.pointerId) return;
    const { row, moved } = touch;
    release();
    if (moved >= REACH) swipe(row);
  });
  log.addEventListener("pointercancel", release);
  // A long press must open our menu, not the browser's.
  log.addEventListener("contextmenu", (event) => {
    if (touch || event.pointerType === "touch") event.preventDefault();
  });
}
