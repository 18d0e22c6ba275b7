// One Socket.IO connection over a websocket, packets by hand: fast, and nothing of a client library's own ideas of retry.
import WebSocket from 'ws';

const PATIENCE = 10_000;

export class Line {
  #acks = new Map();
  #next = 0;
  isOpen = false;

  /** `ready` resolves once it has joined; `came(event, payload)` is called for each event. */
  constructor(address, auth, came) {
    const ws = new WebSocket(`ws://${address}/socket.io/?EIO=4&transport=websocket`, { perMessageDeflate: false });
    this.ws = ws;
    this.ready = new Promise((done, failed) => {
      const late = setTimeout(() => ws.terminate(), PATIENCE);
      this.closed = new Promise((closed) => ws.on('close', closed)).then(() => {
        clearTimeout(late);
        this.isOpen = false;
        for (const { failed } of this.#acks.values()) failed(new Error('closed'));
        this.#acks.clear();
        failed(new Error('closed'));
      });
      ws.on('error', () => {});
      ws.on('message', (data) => {
        const text = data.toString();
        if (text === '2') ws.send('3');
        else if (text.startsWith('42')) came(...JSON.parse(text.slice(2)));
        else if (text.startsWith('43')) this.#acknowledged(text);
        else if (text[0] === '0') ws.send(`40${JSON.stringify(auth)}`);
        else if (text.startsWith('40')) {
          clearTimeout(late);
          this.isOpen = true;
          done();
        } else if (text.startsWith('44')) failed(new Error(JSON.parse(text.slice(2)).message));
      });
    });
  }

  #acknowledged(text) {
    const bracket = text.indexOf('[');
    const id = Number(text.slice(2, bracket));
    this.#acks.get(id)?.done(JSON.parse(text.slice(bracket))[0]);
    this.#acks.delete(id);
  }

  /** Sends an event and resolves to its acknowledgement; rejects when the connection ends before, or has not begun. */
  ask(event, payload) {
    if (!this.isOpen) return Promise.reject(new Error('closed'));
    const id = this.#next++;
    return new Promise((done, failed) => {
      this.#acks.set(id, { done, failed });
      this.ws.send(`42${id}${JSON.stringify([event, payload])}`);
    });
  }

  close() {
    this.ws.terminate();
  }
}
