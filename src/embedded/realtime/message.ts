/** What a subscriber can listen to: one topic of a channel. */
export interface Topic {
  channel: string;
  name: string;
}

/** The one environment of this server, as tokens and messages name it. */
export const ENVIRONMENT_ID = '00000000-0000-4000-b000-000000000000';

/** A message to the subscribers of a topic, in the protocol's own form. */
export interface RealtimeMessage {
  kind: 'data' | 'datastream-start' | 'chunk' | 'datastream-end';
  channel: string;
  topic: string;
  data: unknown;
  /** Only of chunks: the stream they are a part of. */
  stream_id?: string;
  run_id?: string;
  env_id: string;
  /** ISO time. */
  created_at: string;
}

/** One text for what is the same topic. */
export function topicKey({ channel, name }: Topic): string {
  return JSON.stringify([channel, name]);
}
