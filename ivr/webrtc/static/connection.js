// The WebSocket of a page: opens, notices when the line is silent, and comes back by itself.

export const VERSION = 1;
const SILENT_AFTER = 9000; // ms
const BACK_AFTER = [300, 1000, 2000, 4000]; // ms between tries

export class Connection {
  // `greet` gives the first message, or null when there is nothing to come back to.
  constructor({ greet, onMessage, onLink }) {
    this.greet = greet;
    this.onMessage = onMessage;
    this.onLink = onLink;
    this.socket = null;
    this.tries = 0;
    this.last = 0;
    this.wanted = false;
  }

  open() {
    this.wanted = true;
    clearTimeout(this.again);
    this.drop();
    const greeting = this.greet();
    if (!greeting) return;
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/socket`);
    this.socket = socket;
    socket.onopen = () => socket.send(JSON.stringify({ version: VERSION, ...greeting }));
    socket.onmessage = (event) => { if (socket === this.socket) this.take(JSON.parse(event.data)); };
    socket.onclose = () => { if (socket === this.socket) this.lost(); };
  }

  close() {
    this.wanted = false;
    clearTimeout(this.again);
    this.drop();
  }

  // Whether it was sent: what cannot be sent now is not kept for later, the state will come anew.
  send(type, members = {}) {
    if (this.socket?.readyState !== WebSocket.OPEN || !this.last) return false;
    this.socket.send(JSON.stringify({ type, ...members }));
    return true;
  }

  take(message) {
    if (this.watched || message.type === "welcome") this.listenForSilence();
    if (message.type === "goodbye") {
      this.close();
    } else if (message.type === "welcome") {
      this.last = message.number;
      this.tries = 0;
      this.onLink(true);
    } else if (message.number <= this.last) {
      return; // older than what the page knows
    }
    this.last = message.number;
    this.onMessage(message);
  }

  lost() {
    this.drop();
    this.onLink(false);
    if (!this.wanted) return;
    const wait = BACK_AFTER[Math.min(this.tries, BACK_AFTER.length - 1)];
    this.tries += 1;
    this.again = setTimeout(() => this.open(), wait);
  }

  drop() {
    clearTimeout(this.silence);
    this.watched = false;
    this.last = 0;
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  // A console hears something every five seconds; a caller's page may hear nothing for minutes.
  listenForSilence() {
    this.watched = true;
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.lost(), SILENT_AFTER);
  }
}
