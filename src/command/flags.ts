/** A flag of the command: how it is written, and what the help says of it. */
export interface Flag {
  readonly name: string;
  readonly short?: string;
  /** What its value is, for people; a flag without it takes none. */
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
    help: 'where your app serves its functions, such as http://localhost:3000/api/inngest; may be repeated',
  },
  { name: 'port', short: 'p', value: 'port', help: 'where to listen (8288; 0 finds a free port)' },
  { name: 'host', value: 'host', help: 'on which address to listen (127.0.0.1)' },
  {
    name: 'allowed-host',
    value: 'name',
    repeats: true,
    help: 'one more host name by which the server may be called; may be repeated',
  },
  { name: 'no-discovery', help: 'look for no app at the ports that frameworks use' },
  { name: 'no-poll', help: 'ask an app that has registered no more' },
  { name: 'poll-interval', value: 'seconds', help: 'how often apps are asked for their functions (5)' },
  {
    name: 'retry-interval',
    value: 'seconds',
    help: 'the same wait before every retry, instead of 15 s, 30 s, 1 m, …',
  },
  { name: 'persist', help: 'keep the state in .inngest/inngest.db; without it, it is in memory' },
  {
    name: 'clock',
    value: 'wall|virtual',
    help: "a virtual clock runs at the wall's pace, and the API moves it",
  },
  { name: 'help', short: 'h', help: 'print this' },
  { name: 'version', short: 'v', help: 'print the version' },
] as const satisfies readonly Flag[];

export type FlagName = (typeof FLAGS)[number]['name'];

/** Flags of the Dev Server that this server has no use for, and why. */
export const DEV_SERVER_ONLY: Readonly<Record<string, string>> = {
  config: 'this command reads no configuration file',
  'queue-workers': 'this server makes up to 100 calls at the same time',
  tick: 'this server does not poll its queue',
  'connect-gateway-port': 'workers connect to this server at its own port',
  'connect-gateway-grpc-port': 'this server has no part that speaks gRPC',
  'connect-executor-grpc-port': 'this server has no part that speaks gRPC',
  'connect-gateway-grpc-ip': 'this server has no part that speaks gRPC',
  'connect-executor-grpc-ip': 'this server has no part that speaks gRPC',
  'postgres-uri': 'this server keeps its state in SQLite, with --persist',
  'sqlite-dir': 'with --persist the file is .inngest/inngest.db below the current directory',
};
