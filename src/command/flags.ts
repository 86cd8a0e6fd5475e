/** A flag of the command, with its text in the help. */
export interface Flag {
  readonly name: string;
  readonly short?: string;
  /** The name of its value in the help; undefined if the flag takes no value. */
  readonly value?: string;
  readonly repeats?: boolean;
  readonly help: string;
}

export const FLAGS = [
  {
    name: 'sdk-url',
    short: 'u',
    value: 'url',
    repeats: true,
    help: 'the URL of your app, such as http://localhost:3000/api/inngest; may be repeated',
  },
  { name: 'port', short: 'p', value: 'port', help: 'the port (8288; 0 takes any free port)' },
  { name: 'host', value: 'host', help: 'the address to listen on (127.0.0.1)' },
  {
    name: 'allowed-host',
    value: 'name',
    repeats: true,
    help: 'another host name that requests may use; may be repeated',
  },
  { name: 'no-discovery', help: 'do not look for apps at common ports' },
  { name: 'no-poll', help: 'do not poll an app after it has registered' },
  { name: 'poll-interval', value: 'seconds', help: 'the time between two polls of an app (5)' },
  {
    name: 'retry-interval',
    value: 'seconds',
    help: 'a fixed delay before every retry, instead of 15 s, 30 s, 1 m, …',
  },
  { name: 'persist', help: 'store the state in .inngest/inngest.db instead of in memory' },
  {
    name: 'clock',
    value: 'wall|virtual',
    help: "a virtual clock runs at the machine's speed, and the API can advance it",
  },
  { name: 'help', short: 'h', help: 'print this help' },
  { name: 'version', short: 'v', help: 'print the version' },
] as const satisfies readonly Flag[];

export type FlagName = (typeof FLAGS)[number]['name'];

/** Flags of the Dev Server that this server does not support, each with the reason. */
export const DEV_SERVER_ONLY: Readonly<Record<string, string>> = {
  config: 'this command reads no configuration file',
  'queue-workers': 'this server makes up to 100 calls at the same time',
  tick: 'this server does not poll its queue',
  'connect-gateway-port': 'workers connect to the same port as all other clients',
  'connect-gateway-grpc-port': 'this server does not use gRPC',
  'connect-executor-grpc-port': 'this server does not use gRPC',
  'connect-gateway-grpc-ip': 'this server does not use gRPC',
  'connect-executor-grpc-ip': 'this server does not use gRPC',
  'postgres-uri': 'this server keeps its state in SQLite, with --persist',
  'sqlite-dir': 'with --persist the file is .inngest/inngest.db in the current directory',
};
