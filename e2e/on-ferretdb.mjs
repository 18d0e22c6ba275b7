// Runs a command with a FerretDB beside it: `node on-ferretdb.mjs node --test wire/`. Servers that the command starts take
// TEST_MONGODB for where to keep their data, each in a database of its own.
import { spawn } from 'node:child_process';
import { ferretdb } from './servers/ferretdb.mjs';

const server = await ferretdb();
const [command, ...args] = process.argv.slice(2);
const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, TEST_MONGODB: server.uri } });
child.once('exit', async (code) => {
  await server.end();
  process.exitCode = code ?? 1;
});
