// The note of a call: sent to the line while it is typed, so that neither a reload, nor a lost
// line, nor the next call can lose it. Nothing of it is written on this computer.

import { byId, write } from "./dom.js";

const SEND_AFTER = 400; // ms without a key

export class Note {
  constructor(send) {
    this.send = send;
    this.call = null;
    this.changed = false;
    byId("note").addEventListener("input", () => this.touch());
    byId("outcome").addEventListener("change", () => this.touch());
  }

  get values() {
    const outcome = document.querySelector("#outcome input:checked")?.value ?? "";
    return { call: this.call, note: byId("note").value, outcome };
  }

  // Turn to the note of a call. What is typed here already wins over what the line remembers.
  turnTo({ call, note, outcome }) {
    if (call === this.call) return;
    this.flush();
    this.call = call;
    this.changed = false;
    byId("note").value = note;
    for (const choice of document.querySelectorAll("#outcome input")) {
      choice.checked = choice.value === outcome;
    }
    write(byId("note-kept"), "Kept while you type.");
  }

  // No call is at hand; what was typed last is sent.
  leave() {
    this.flush();
    this.call = null;
  }

  touch() {
    this.changed = true;
    write(byId("note-kept"), "…");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), SEND_AFTER);
  }

  flush() {
    clearTimeout(this.timer);
    if (!this.changed || this.call === null) return;
    if (this.send("draft", this.values)) {
      this.changed = false;
      write(byId("note-kept"), "Kept.");
    } else {
      write(byId("note-kept"), "Kept as soon as the line is back.");
    }
  }
}
