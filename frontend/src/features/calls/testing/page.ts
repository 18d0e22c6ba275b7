import type { EngineDeps } from '../model/deps';
import { CallLog } from '../model/debug';
import { CallEngine } from '../model/engine';
import { memory } from '../model/files/disk';
import { IceServers } from '../model/ice';
import type { TabSeat } from '../model/seat';
import type { CallView } from '../model/view';
import { FakeConnection } from './connection';
import { type Exchange, FakeSocket } from './exchange';
import { type FakeClock, FakeDevices, FakeNetwork, FakeScreens, fakeSeats } from './fakes';

/** One tab of a person: its engine with everything around it. */
export class FakePage {
  devices = new FakeDevices();
  screens = new FakeScreens();
  network = new FakeNetwork();
  settings = { dataSaver: false, relayOnly: false, checkFirst: false };
  audioCodecs = ['audio/opus', 'audio/red', 'audio/PCMU'].map((mimeType) => ({ mimeType, clockRate: 48_000 }));
  connections: FakeConnection[] = [];
  socket: FakeSocket;
  engine: CallEngine;
  readonly deps: EngineDeps;
  debugging = false;
  saved: { blob: Blob; name: string }[] = [];
  #ids = 0;

  constructor(
    readonly exchange: Exchange,
    readonly clock: FakeClock,
    readonly user: string,
    readonly device = `${user}-device`,
    readonly seat: TabSeat = fakeSeats()(),
    secure = true,
  ) {
    this.socket = exchange.connect(user, device);
    this.deps = this.#deps(secure);
    this.engine = new CallEngine(this.deps);
  }

  #deps(secure: boolean): EngineDeps {
    return {
      socket: this.socket,
      ice: new IceServers(() => Promise.resolve(this.exchange.ice), this.clock),
      createConnection: (config) => {
        const connection = new FakeConnection(config);
        this.connections.push(connection);
        return connection as unknown as RTCPeerConnection;
      },
      media: this.devices.source(secure),
      screens: this.screens,
      listen: this.devices.listen,
      seat: this.seat,
      network: this.network,
      settings: this.settings,
      audioCodecs: () => this.audioCodecs,
      beside: {
        findDisk: () => Promise.resolve(memory),
        save: (blob, name) => void this.saved.push({ blob, name }),
        randomId: () => `${this.user}-${++this.#ids}`,
        randomNumber: () => ++this.#ids,
      },
      clock: this.clock,
      log: new CallLog(this.clock, () => this.debugging),
    };
  }

  get view(): CallView | null {
    return this.engine.view.get();
  }

  get stage(): CallView['stage'] | undefined {
    return this.view?.stage;
  }

  get connection(): FakeConnection {
    const last = this.connections.at(-1);
    if (!last) throw new Error('no connection yet');
    return last;
  }

  /** The tab is loaded anew: nothing is left but what its seat remembers. */
  reload(): FakePage {
    this.vanish();
    const next = new FakePage(this.exchange, this.clock, this.user, this.device, this.seat);
    this.exchange.greet(next.socket);
    return next;
  }

  /** The tab is closed: its locks go, and nothing is said. */
  vanish(): void {
    this.exchange.sockets = this.exchange.sockets.filter((socket) => socket !== this.socket);
    this.seat.release();
    for (const connection of this.connections) connection.close();
  }
}
