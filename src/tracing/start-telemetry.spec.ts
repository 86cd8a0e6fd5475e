import { isAskedFor, startTelemetry } from './start-telemetry.js';

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318' };

describe('OpenTelemetry', () => {
  it.each([
    [{}, false],
    [{ OTEL_SERVICE_NAME: 'worker' }, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: ' ' }, false],
    [ENDPOINT, true],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://localhost:4318/v1/traces' }, true],
    [{ OTEL_TRACES_EXPORTER: 'console' }, true],
    [{ ...ENDPOINT, OTEL_TRACES_EXPORTER: 'none' }, false],
    [{ ...ENDPOINT, OTEL_SDK_DISABLED: 'true' }, false],
  ])('is on when its variables ask for it: %j', (variables, isOn) => {
    expect(isAskedFor(variables)).toBe(isOn);
  });

  it('is not there when they do not', async () => {
    expect(await startTelemetry({}, 'worker')).toBeUndefined();
  });
});
