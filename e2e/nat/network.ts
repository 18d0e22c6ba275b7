// A small internet of network namespaces: our server, two people each behind a NAT, and a second NAT that one of them can
// move to. Nothing of it is on the machine's own network.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where the server is; the NATs are beside it, on a network of benchmarks that no provider routes. */
export const SERVER = '198.18.0.1';

/** What a NAT lets out. */
export type Firewall = 'open' | 'no-udp' | { onlyTcp: readonly number[] };

export type Client = 'anna' | 'tom';

/** Why there can be no namespaces here; undefined where there can. */
export async function missing(): Promise<string | undefined> {
  const probe = `moodbites-probe-${process.pid}`;
  try {
    await run('ip', ['netns', 'add', probe]);
    try {
      await run('ip', ['netns', 'exec', probe, 'nft', 'add table ip probe']);
    } finally {
      await run('ip', ['netns', 'del', probe]);
    }
    return undefined;
  } catch (error) {
    return `network namespaces with nftables can't be had here (${error instanceof Error ? error.message.trim().split('\n').at(-1) : 'unknown'})`;
  }
}

export class Network {
  private folder = '';
  private constructor(private readonly prefix: string) {}

  static async build(): Promise<Network> {
    const network = new Network(`mb${process.pid}`);
    network.folder = await mkdtemp(join(tmpdir(), 'moodbites-nat-'));
    try {
      await network.plug();
    } catch (error) {
      await network.remove();
      throw error;
    }
    return network;
  }

  /** The namespace of that name. */
  space(name: string): string {
    return `${this.prefix}-${name}`;
  }

  private async ip(space: string, command: string): Promise<void> {
    await run('ip', ['-n', this.space(space), ...command.split(' ')]);
  }

  private async plug(): Promise<void> {
    for (const name of ['server', 'nat1', 'nat2', 'nat3', 'anna', 'tom']) {
      await run('ip', ['netns', 'add', this.space(name)]);
      await this.ip(name, 'link set lo up');
    }
    await this.ip('server', 'link add street type bridge');
    await this.ip('server', `addr add ${SERVER}/24 dev street`);
    await this.ip('server', 'link set street up');
    for (const number of [1, 2, 3]) {
      const nat = `nat${number}`;
      await this.ip('server', `link add to-${nat} type veth peer name out netns ${this.space(nat)}`);
      await this.ip('server', `link set to-${nat} master street up`);
      await this.ip(nat, `addr add 198.18.0.1${number}/24 dev out`);
      await this.ip(nat, 'link set out up');
      await run('ip', ['netns', 'exec', this.space(nat), 'sysctl', '-qw', 'net.ipv4.ip_forward=1']);
      await this.firewall(number, 'open');
    }
    await this.cable('anna', 'eth0', 1);
    await this.cable('tom', 'eth0', 2);
    await this.cable('anna', 'eth1', 3);
    await this.route('anna', 'eth0', 1);
    await this.route('tom', 'eth0', 2);
  }

  private async cable(client: Client, device: string, nat: number): Promise<void> {
    const inside = `in-${client}`;
    await this.ip(client, `link add ${device} type veth peer name ${inside} netns ${this.space(`nat${nat}`)}`);
    await this.ip(`nat${nat}`, `addr add 10.0.${nat}.1/24 dev ${inside}`);
    await this.ip(`nat${nat}`, `link set ${inside} up`);
  }

  private async route(client: Client, device: string, nat: number): Promise<void> {
    await this.ip(client, `link set ${device} up`);
    await this.ip(client, `addr add 10.0.${nat}.2/24 dev ${device}`);
    await this.ip(client, `route add default via 10.0.${nat}.1`);
  }

  /** Another port for everybody one speaks to, nobody gets in who wasn't spoken to, and this may go out. */
  async firewall(nat: number, lets: Firewall): Promise<void> {
    const rules = {
      open: '',
      'no-udp': 'meta l4proto udp drop',
    };
    const rule = typeof lets === 'string' ? rules[lets] : `meta l4proto udp drop; tcp dport != { ${lets.onlyTcp.join(', ')} } ct direction original drop`;
    const file = join(this.folder, `nat${nat}.nft`);
    await writeFile(
      file,
      `flush ruleset
table ip nat {
  chain out { type nat hook postrouting priority 100; oifname "out" masquerade fully-random; }
  chain through { type filter hook forward priority 0; iifname "out" ct state new drop; ${rule}; }
  chain in { type filter hook input priority 0; iifname "out" ct state new drop; }
}
`.replace('; ;', ';'),
    );
    await run('ip', ['netns', 'exec', this.space(`nat${nat}`), 'nft', '-f', file]);
  }

  /** Anna's first network goes, and another one comes, as from Wi-Fi to mobile data. */
  async move(): Promise<void> {
    await this.ip('anna', 'link set eth0 down');
    await this.route('anna', 'eth1', 3);
  }

  /** A program that runs the command in a namespace. */
  async wrapper(client: Client, command: string): Promise<string> {
    const file = join(this.folder, `${client}.sh`);
    await writeFile(file, `#!/bin/sh\nexec ip netns exec ${this.space(client)} ${command} "$@"\n`, { mode: 0o755 });
    return file;
  }

  async remove(): Promise<void> {
    for (const name of ['anna', 'tom', 'nat1', 'nat2', 'nat3', 'server']) {
      await run('ip', ['netns', 'del', this.space(name)]).catch(() => undefined);
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}
