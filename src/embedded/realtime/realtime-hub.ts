import { Injectable } from '@nestjs/common';
import { topicKey, type RealtimeMessage, type Topic } from './message.js';

/** Receives a message as JSON. All listeners share the same buffer. */
type Listener = (json: Buffer) => void;

/** Passes published messages to the current subscribers of their topics. It keeps no message for later subscribers. */
@Injectable()
export class RealtimeHub {
  private readonly listeners = new Map<string, Set<Listener>>();

  publish(message: RealtimeMessage): void {
    const key = topicKey({ channel: message.channel, name: message.topic });
    const listeners = this.listeners.get(key);
    if (!listeners) return;
    const json = Buffer.from(JSON.stringify(message));
    for (const listener of listeners) listener(json);
  }

  subscribe(listener: Listener, topics: readonly Topic[]): void {
    for (const key of topics.map(topicKey)) {
      const set = this.listeners.get(key) ?? new Set();
      this.listeners.set(key, set.add(listener));
    }
  }

  /** @param topics the topics to leave. Default: all topics of the listener */
  unsubscribe(listener: Listener, topics?: readonly Topic[]): void {
    for (const key of topics?.map(topicKey) ?? [...this.listeners.keys()]) {
      const set = this.listeners.get(key);
      if (set?.delete(listener) && set.size === 0) this.listeners.delete(key);
    }
  }
}
