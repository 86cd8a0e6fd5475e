import { isServedAt } from './registered-app.js';

describe('Whether an app that Inngest knows is the worker', () => {
  it.each([
    ['http://localhost:3001/api/inngest', 'http://localhost:3001', true],
    ['http://127.0.0.1:3001/api/inngest?x=1', 'http://localhost:3001', true],
    ['http://host.docker.internal:3001/api/inngest', 'http://127.0.0.1:3001', true],
    ['https://worker.example.com/api/inngest', 'https://worker.example.com', true],
    ['http://other.example.com:3001/api/inngest', 'http://localhost:3001', false],
    ['http://localhost:3002/api/inngest', 'http://localhost:3001', false],
    ['http://localhost:3001/another/app', 'http://localhost:3001', false],
    ['https://one.example.com/api/inngest', 'https://two.example.com', false],
    ['nonsense', 'http://localhost:3001', false],
  ])('%s for the worker at %s: %s', (app, worker, expected) => {
    expect(isServedAt(app, worker)).toBe(expected);
  });
});
