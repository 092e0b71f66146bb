// The call at hand: its controls, and whom to send the caller to.

import { byId, countUp, make, show, write } from "./dom.js";
import { callerOf, titled } from "./card.js";

const PHASES = {
  talking: ["You talk", "go"],
  held: ["On hold, hears music", "warn"],
  ringing_other: ["Rings", "calm"],
  consulting: ["You consult", "calm"],
  in_flow: ["In a flow, comes back to you", "calm"],
  ended: ["Ended", ""],
};
const DIRECTIONS = {
  consult: { button: "consult", label: "Consult", go: "Ring them", people: true, queues: true },
  send_to: { button: "transfer", label: "Send the caller to", go: "Transfer", queues: true, number: true },
  send_to_flow: { button: "send-flow", label: "Let the caller go through", go: "Send", flows: true },
};

export class Talk {
  constructor({ command, mute }) {
    this.command = command;
    this.floor = { colleagues: [], queues: [], flows: [] };
    this.phase = "";
    this.direction = null;
    byId("mute").onclick = () => mute(byId("mute").getAttribute("aria-pressed") !== "true");
    byId("hold").onclick = () => command(this.phase === "held" ? "resume" : "hold");
    byId("complete").onclick = () => command("complete");
    byId("back").onclick = () => command("end_consult");
    byId("done").onclick = () => command("done");
    for (const [direction, { button }] of Object.entries(DIRECTIONS)) {
      byId(button).onclick = () => this.ask(this.direction === direction ? null : direction);
    }
    byId("direct-cancel").onclick = () => this.ask(null);
    byId("direct").onsubmit = (event) => {
      event.preventDefault();
      this.go();
    };
  }

  render(talk) {
    const { phase, other } = talk.view;
    this.phase = phase;
    write(byId("talk-title"), callerOf(talk.card));
    const [text, tone] = PHASES[phase];
    write(byId("talk-phase"), other ? `${text} ${phase === "held" ? "" : other}`.trim() : text);
    byId("talk-phase").dataset.tone = tone;
    countUp(byId("talk-time"), talk.seconds);
    press(byId("mute"), talk.muted, "Muted", "Mute");
    press(byId("hold"), phase === "held", "Resume", "Hold");
    const consulting = phase === "ringing_other" || phase === "consulting";
    const free = phase === "talking" || phase === "held";
    show(byId("complete"), phase === "consulting");
    show(byId("back"), consulting);
    show(byId("hold"), free);
    for (const { button } of Object.values(DIRECTIONS)) show(byId(button), free);
    if (!free) this.ask(null);
  }

  leave() {
    this.phase = "";
    this.ask(null);
  }

  // Open the row that asks where to, or close it.
  ask(direction) {
    if (direction === this.direction) return;
    const was = DIRECTIONS[this.direction];
    const inside = byId("direct").contains(document.activeElement);
    this.direction = direction;
    for (const [name, { button }] of Object.entries(DIRECTIONS)) {
      byId(button).setAttribute("aria-expanded", String(name === direction));
    }
    show(byId("direct"), direction !== null);
    if (direction === null) {
      if (inside) byId(byId(was.button).hidden ? "talk-title" : was.button).focus();
      return;
    }
    const { label, go, number } = DIRECTIONS[direction];
    write(byId("direct-label"), label);
    write(byId("direct-go"), go);
    show(byId("direct-other"), Boolean(number));
    byId("direct-number").value = "";
    byId("direct-to").replaceChildren(...this.places(DIRECTIONS[direction]));
    byId("direct-to").focus();
  }

  go() {
    const number = byId("direct-number").value.trim();
    const to = this.direction === "send_to" && number ? number : byId("direct-to").value;
    if (!to) return;
    this.command(this.direction, to);
    this.ask(null);
  }

  places({ people, queues, flows }) {
    const { floor } = this;
    const found = [];
    if (people) {
      const there = floor.colleagues.filter((one) => one.name !== this.me && one.presence !== "offline");
      found.push(group("People", there.map((one) => [one.name, `${one.name} (${one.presence})`])));
    }
    if (queues) found.push(group("Queues", floor.queues.map((one) => [one.name, titled(one.title)])));
    if (flows) found.push(group("Flows", floor.flows.map((one) => [one.name, one.title])));
    return found;
  }
}

function group(label, choices) {
  const element = make("optgroup");
  element.label = label;
  element.append(...choices.map(([value, text]) => new Option(text, value)));
  return element;
}

// A toggle's words change with its state, its key does not.
function press(button, pressed, on, off) {
  button.setAttribute("aria-pressed", String(pressed));
  const text = `${pressed ? on : off} `;
  if (button.firstChild.data !== text) button.firstChild.data = text;
}
