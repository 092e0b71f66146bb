// Microphone, ear and ring tone. The microphone is open only while a call rings or is on.

export class Sound {
  constructor(ear) {
    this.ear = ear;
    this.peer = null;
    this.key = null;
    this.microphone = null;
    this.open = false;
  }

  // Whether the browser lends its microphone; asks the agent the first time.
  async permitted() {
    try {
      const stream = await this.borrow();
      stream.getTracks().forEach((track) => track.stop());
      return true;
    } catch {
      return false;
    }
  }

  async borrow() {
    if (!navigator.mediaDevices) throw new Error("this page did not come over TLS");
    return navigator.mediaDevices.getUserMedia({ audio: true });
  }

  // Set a connection up, silent until `speak`; gives the SDP for the line, or null when
  // another one was begun or the sound was closed meanwhile.
  async connect(key) {
    this.close();
    this.key = key;
    const microphone = await this.borrow();
    if (this.key !== key) {
      microphone.getTracks().forEach((track) => track.stop());
      return null;
    }
    this.microphone = microphone;
    const peer = new RTCPeerConnection();
    this.peer = peer;
    for (const track of microphone.getAudioTracks()) {
      track.enabled = this.open;
      peer.addTrack(track, microphone);
    }
    peer.ontrack = (event) => {
      this.ear.srcObject = event.streams[0] ?? new MediaStream([event.track]);
      this.ear.play().catch(() => {}); // a browser that wants a click first plays at the click
    };
    await peer.setLocalDescription();
    await gathered(peer);
    return this.peer === peer ? peer.localDescription.sdp : null;
  }

  async accept(sdp) {
    if (this.peer?.signalingState !== "have-local-offer") return;
    await this.peer.setRemoteDescription({ type: "answer", sdp });
  }

  // Whether what the microphone hears is sent. Muted means silence, not nothing: a browser that
  // sends nothing counts as lost.
  speak(open) {
    this.open = open;
    this.microphone?.getAudioTracks().forEach((track) => { track.enabled = open; });
  }

  close() {
    this.key = null;
    this.microphone?.getTracks().forEach((track) => track.stop());
    this.microphone = null;
    this.peer?.close();
    this.peer = null;
    this.ear.srcObject = null;
  }
}

async function gathered(peer) {
  while (peer.iceGatheringState !== "complete") {
    await new Promise((done) => {
      peer.addEventListener("icegatheringstatechange", done, { once: true });
    });
  }
}

// Two soft tones, twice a turn, until `stop`.
export class Ringer {
  constructor() {
    this.turn = null;
    for (const event of ["pointerdown", "keydown"]) {
      addEventListener(event, () => this.wake(), { capture: true });
    }
  }

  // A browser makes no sound before somebody touched the page.
  wake() {
    this.context ??= new AudioContext();
    if (this.context.state === "suspended") this.context.resume();
  }

  start() {
    if (this.turn !== null) return;
    this.ring();
    this.turn = setInterval(() => this.ring(), 3000);
  }

  stop() {
    clearInterval(this.turn);
    this.turn = null;
    this.tones?.gain.cancelScheduledValues(0);
    this.tones?.gain.setValueAtTime(0, this.context.currentTime);
  }

  ring() {
    if (this.context?.state !== "running") return;
    const { context } = this;
    this.tones = context.createGain();
    this.tones.gain.value = 0;
    this.tones.connect(context.destination);
    for (const hertz of [523, 659]) {
      const tone = context.createOscillator();
      tone.frequency.value = hertz;
      tone.connect(this.tones);
      tone.start();
      tone.stop(context.currentTime + 1.2);
    }
    for (const at of [0, 0.5]) {
      const now = context.currentTime + at;
      this.tones.gain.setValueAtTime(0, now);
      this.tones.gain.linearRampToValueAtTime(0.06, now + 0.03);
      this.tones.gain.linearRampToValueAtTime(0, now + 0.4);
    }
  }
}
