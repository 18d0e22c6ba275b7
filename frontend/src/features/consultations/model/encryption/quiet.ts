// The library's worker prints what it seals and opens.
for (const how of ['debug', 'error', 'info', 'log', 'trace', 'warn'] as const) console[how] = () => undefined;
