import { TraceIds } from './trace-ids.js';
import { Tracing } from './tracing.js';

/** If one of these variables is set, tracing is on and the packages of OpenTelemetry are loaded. */
const ASKING = ['OTEL_TRACES_EXPORTER', 'OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'];

export interface Telemetry {
  readonly tracing: Tracing;
  /** Sends the remaining spans and stops. Rejects if they cannot be sent. */
  stop(): Promise<void>;
}

/**
 * Starts OpenTelemetry in this process, if its standard variables request it. These variables also define the
 * destination and protocol of the spans, the sampling, and the name of the service.
 *
 * @param serviceName used without `OTEL_SERVICE_NAME` and without a `service.name` in `OTEL_RESOURCE_ATTRIBUTES`
 * @returns undefined if tracing is off
 */
export async function startTelemetry(
  environment: Readonly<Record<string, string | undefined>>,
  serviceName: string,
): Promise<Telemetry | undefined> {
  if (!isAskedFor(environment)) return undefined;
  const [api, { NodeSDK }] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-node'),
  ]);
  const isNamed = /(^|,)\s*service\.name=/.test(environment['OTEL_RESOURCE_ATTRIBUTES'] ?? '');
  const named = environment['OTEL_SERVICE_NAME'] || isNamed ? {} : { serviceName };
  // Traces only: Prometheus reads the metrics, and the log goes to standard output.
  const ids = new TraceIds();
  const sdk = new NodeSDK({ ...named, idGenerator: ids, metricReaders: [], logRecordProcessors: [] });
  sdk.start();
  return { tracing: new Tracing(api, ids), stop: () => sdk.shutdown() };
}

/** Whether these variables request traces. */
export function isAskedFor(environment: Readonly<Record<string, string | undefined>>): boolean {
  const isDisabled = environment['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true';
  if (isDisabled || environment['OTEL_TRACES_EXPORTER']?.trim() === 'none') return false;
  return ASKING.some((name) => (environment[name] ?? '').trim() !== '');
}
