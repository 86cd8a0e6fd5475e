import { request, type IncomingMessage } from 'node:http';
import { gzipSync } from 'node:zlib';
import { EmbeddedInngest } from '../src/embedded/index.js';
import { closeAfterEach } from './support/close-after-each.js';
import { startWorker } from './support/start-worker.js';

const MIB = 1024 * 1024;
/** A compressed body of 39 KiB that becomes 40 MiB. */
const BOMB = gzipSync(Buffer.alloc(39 * MIB, ' '));
const COUNT = 60;

const closing = closeAfterEach();

interface Answer {
  status: number | undefined;
  retryAfter: string | undefined;
}

function post(url: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    const sent = request(url, { method: 'POST', headers, agent: false }, (answer: IncomingMessage) => {
      answer.resume();
      resolve({ status: answer.statusCode, retryAfter: answer.headers['retry-after'] });
    });
    sent.on('error', reject);
    sent.end(BOMB);
  });
}

describe(`${COUNT} compressed bodies at the same time`, () => {
  it.each([
    ['the embedded server', '/e/key'],
    ['the embedded server', '/v1/signals'],
    ['the worker', '/api/inngest'],
  ])('do not fill the memory of %s: %s', async (server, path) => {
    const url =
      server === 'the worker'
        ? closing(await startWorker({})).url
        : closing(await EmbeddedInngest.start({ port: 0, logger: false })).url;
    let most = 0;
    const before = process.memoryUsage().arrayBuffers;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }, 5);

    const answers = await Promise.all(Array.from({ length: COUNT }, () => post(url + path)));
    clearInterval(watch);

    const refused = answers.filter(({ status }) => status === 503);
    expect(refused.length).toBeGreaterThan(COUNT / 2);
    expect(refused.every(({ retryAfter }) => retryAfter === '1')).toBe(true);
    expect(most).toBeLessThan(400 * MIB);
    // All memory is released.
    expect((await post(url + path)).status).toBe(400);
  });
});
