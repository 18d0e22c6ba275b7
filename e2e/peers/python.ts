import { spawn } from 'node:child_process';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const python = join(import.meta.dirname, '.venv/bin/python');
/** Copied there last: an installation that failed half-way has a Python already, and not what it needs. */
const installed = join(import.meta.dirname, '.venv/requirements.txt');
const PATIENCE = 20_000;

/** What it says, see old_client.py and livekit_client.py. */
export interface Said {
  event: string;
  [what: string]: unknown;
}

/** Why there are no clients in Python to be had, if so. */
export async function missing(): Promise<string | undefined> {
  return access(installed).then(
    () => undefined,
    () => 'no clients in Python',
  );
}

/** A client that is no browser: it says what happens as lines of JSON, and ends its part at `hang up`. */
export class PythonClient {
  private readonly said: Said[] = [];
  private readonly waiting = new Set<() => void>();
  private readonly child;

  private constructor(program: string, args: readonly string[]) {
    this.child = spawn(python, [join(import.meta.dirname, program), ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    createInterface({ input: this.child.stdout }).on('line', (line) => this.came(JSON.parse(line)));
    this.child.once('exit', (code) => this.came({ event: 'exit', code }));
  }

  static async start(program: string, args: Record<string, string>): Promise<PythonClient> {
    const client = new PythonClient(program, Object.entries(args).flatMap(([name, value]) => [`--${name}`, value]));
    await client.says({ event: 'ready' });
    return client;
  }

  private came(said: Said): void {
    this.said.push(said);
    for (const look of this.waiting) look();
  }

  /** The first line that says so, be it here already or still to come. */
  says(wanted: Said): Promise<Said> {
    const fits = (said: Said) => Object.entries(wanted).every(([key, value]) => said[key] === value);
    return new Promise((done, failed) => {
      const end = (then: () => void) => (this.waiting.delete(look), clearTimeout(timer), then());
      const look = () => {
        const found = this.said.find(fits);
        if (found) end(() => done(found));
      };
      const timer = setTimeout(
        () => end(() => failed(new Error(`it said ${JSON.stringify(this.said)}, and not ${JSON.stringify(wanted)}`))),
        PATIENCE,
      );
      this.waiting.add(look);
      look();
    });
  }

  hangUp(): void {
    this.child.stdin.write('hang up\n');
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }
}
