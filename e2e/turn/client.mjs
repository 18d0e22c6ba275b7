// A TURN client by UDP, thin enough to send bursts and to be a thousand of them.
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';

const COOKIE = 0x2112a442;
const SUCCESS = 0x0100;
export const METHOD = { allocate: 0x0003, refresh: 0x0004, bindChannel: 0x0009 };
export const ATTRIBUTE = {
  username: 0x0006, integrity: 0x0008, error: 0x0009, channel: 0x000c, lifetime: 0x000d, peer: 0x0012, realm: 0x0014, nonce: 0x0015,
  transport: 0x0019,
};

const padded = (length) => Math.ceil(length / 4) * 4;

function attribute(type, value) {
  const bytes = Buffer.alloc(4 + padded(value.length));
  bytes.writeUInt16BE(type, 0);
  bytes.writeUInt16BE(value.length, 2);
  Buffer.from(value).copy(bytes, 4);
  return bytes;
}

function find(packet, wanted) {
  for (let at = 20; at + 4 <= packet.length; ) {
    const [type, length] = [packet.readUInt16BE(at), packet.readUInt16BE(at + 2)];
    if (type === wanted) return packet.subarray(at + 4, at + 4 + length);
    at += 4 + padded(length);
  }
  return undefined;
}

export class TurnClient {
  #port;
  #signed = [];
  #key;
  #waiting = new Map();
  /** What comes on channels. */
  onData = () => {};

  /** With an allocation. */
  static async open(port, secret, user) {
    const client = new TurnClient();
    client.#port = Number(port);
    client.socket = createSocket('udp4');
    client.socket.on('message', (packet) => client.#take(packet));
    await new Promise((done) => client.socket.bind(0, '127.0.0.1', done));
    const udp = [ATTRIBUTE.transport, [17, 0, 0, 0]];
    const challenge = await client.#ask(METHOD.allocate, [udp]);
    const [realm, nonce] = [find(challenge, ATTRIBUTE.realm), find(challenge, ATTRIBUTE.nonce)];
    const name = `${Math.floor(Date.now() / 1000) + 3600}:${user}`;
    const password = createHmac('sha1', secret).update(name).digest('base64');
    client.#key = createHash('md5').update(`${name}:${realm}:${password}`).digest();
    client.#signed = [[ATTRIBUTE.username, name], [ATTRIBUTE.realm, realm], [ATTRIBUTE.nonce, nonce]];
    const code = await client.request(METHOD.allocate, [udp]);
    if (code !== 0) throw new Error(`no allocation: ${code}`);
    return client;
  }

  /** 0, or the code of the error. */
  async request(method, attributes) {
    const answer = await this.#ask(method, [...this.#signed, ...attributes]);
    if (answer.readUInt16BE(0) === (method | SUCCESS)) return 0;
    const error = find(answer, ATTRIBUTE.error);
    return error[2] * 100 + error[3];
  }

  bindChannel(number, host, port) {
    const peer = Buffer.alloc(8);
    peer[1] = 1;
    peer.writeUInt16BE(Number(port) ^ (COOKIE >>> 16), 2);
    const address = host.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
    peer.writeUInt32BE((address ^ COOKIE) >>> 0, 4);
    return this.request(METHOD.bindChannel, [[ATTRIBUTE.channel, [number >> 8, number & 255, 0, 0]], [ATTRIBUTE.peer, peer]]);
  }

  send(channel, data) {
    const head = Buffer.alloc(4);
    head.writeUInt16BE(channel, 0);
    head.writeUInt16BE(data.length, 2);
    this.socket.send([head, data], this.#port, '127.0.0.1');
  }

  close() {
    for (const { again } of this.#waiting.values()) clearInterval(again);
    this.socket.close();
  }

  #take(packet) {
    if (packet[0] >> 6 === 1) return this.onData(packet.subarray(4, 4 + packet.readUInt16BE(2)));
    const id = packet.toString('hex', 8, 20);
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    clearInterval(waiting?.again);
    waiting?.done(packet);
  }

  /** Asks again when nothing comes, as clients do. */
  #ask(method, attributes) {
    const body = Buffer.concat(attributes.map(([type, value]) => attribute(type, value)));
    const head = Buffer.alloc(20);
    head.writeUInt16BE(method, 0);
    head.writeUInt16BE(body.length + (this.#key ? 24 : 0), 2);
    head.writeUInt32BE(COOKIE, 4);
    randomBytes(12).copy(head, 8);
    let packet = Buffer.concat([head, body]);
    if (this.#key) packet = Buffer.concat([packet, attribute(ATTRIBUTE.integrity, createHmac('sha1', this.#key).update(packet).digest())]);
    return new Promise((done) => {
      const send = () => this.socket.send(packet, this.#port, '127.0.0.1');
      this.#waiting.set(head.toString('hex', 8, 20), { done, again: setInterval(send, 500) });
      send();
    });
  }
}
