export { AnswerBudget } from './answer-budget.js';
export { BodiesModule } from './bodies.module.js';
export { BodyReader, type BodyReaderOptions } from './body-reader.js';
export { BodyError } from './body.error.js';
export { JsonBodies, ReadsItsBody } from './json-bodies.guard.js';
export { decoderFor } from './decoder.js';
export { BodyTooLargeError, readText } from './read-text.js';
