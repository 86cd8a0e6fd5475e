export { encode, type EventStream, type StreamMessage } from './event-stream.js';
export { OpenStreams, type OpenStreamsOptions } from './open-streams.js';
