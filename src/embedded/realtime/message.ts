/** One topic of a channel, to which clients can subscribe. */
export interface Topic {
  channel: string;
  name: string;
}

/** The id of this server's only environment, in tokens and messages. */
export const ENVIRONMENT_ID = '00000000-0000-4000-b000-000000000000';

/** A message to the subscribers of a topic, in the form of the protocol. */
export interface RealtimeMessage {
  kind: 'data' | 'datastream-start' | 'chunk' | 'datastream-end';
  channel: string;
  topic: string;
  data: unknown;
  /** The stream that a chunk belongs to. Other messages have none. */
  stream_id?: string;
  run_id?: string;
  env_id: string;
  /** ISO time. */
  created_at: string;
}

/** The key of a topic for maps. */
export function topicKey({ channel, name }: Topic): string {
  return JSON.stringify([channel, name]);
}
