// Single keys, for hands that stay on the keyboard. They rest while somebody types, and can be
// switched off (WCAG 2.2, 2.1.4): some people speak to their computer, and words are keys to it.

import { byId } from "./dom.js";

const BUTTONS = {
  a: "answer", d: "decline", m: "mute", h: "hold", c: "consult", t: "transfer", f: "send-flow",
  y: "complete", b: "back", E: "done", r: "ready", p: "pause", "?": "help",
};
const PLACES = { n: "note", w: "waiting-title" };
const SETTING = "single keys";

export function useKeys() {
  const on = byId("keys-on");
  on.checked = localStorage.getItem(SETTING) !== "off";
  on.onchange = () => localStorage.setItem(SETTING, on.checked ? "on" : "off");
  byId("help").onclick = () => byId("keys").showModal();
  addEventListener("keydown", (event) => press(event, on.checked));
}

function press(event, singleKeys) {
  if (event.defaultPrevented || byId("keys").open) return;
  if (event.key === "Escape") return leave(event);
  if (event.key === "Enter" && event.ctrlKey) return click("save-ready", event);
  const typing = event.target.closest?.("input:not([type=radio]), textarea, select");
  if (typing || !singleKeys || event.ctrlKey || event.altKey || event.metaKey) return undefined;
  const key = event.shiftKey && event.key !== "?" ? event.key.toUpperCase() : event.key.toLowerCase();
  if (PLACES[key] && seen(byId(PLACES[key]))) {
    event.preventDefault();
    byId(PLACES[key]).focus();
    return undefined;
  }
  return BUTTONS[key] ? click(BUTTONS[key], event) : undefined;
}

function click(id, event) {
  const button = byId(id);
  if (!seen(button) || button.disabled || event.repeat) return;
  event.preventDefault();
  button.click();
}

function leave(event) {
  if (seen(byId("direct"))) {
    event.preventDefault();
    byId("direct-cancel").click();
  } else if (event.target.matches?.("textarea, input, select")) {
    event.target.blur();
    if (seen(byId("answer"))) byId("answer").focus();
    else byId("work").focus();
  }
}

function seen(element) {
  return element.getClientRects().length > 0;
}
