import { readFile } from 'node:fs/promises';
import { spawnSync } from 'node:child_process';
import { Deployment } from 'kubernetes-models/apps/v1';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { Secret, Service } from 'kubernetes-models/v1';
import { parse, parseAllDocuments } from 'yaml';
import { Environment } from '../src/config/environment.js';

// oxlint-disable-next-line typescript/no-explicit-any -- the schemas say what a manifest must be
type Json = Record<string, any>;

const KINDS = { Deployment, HorizontalPodAutoscaler, PodDisruptionBudget, Secret, Service };

/** Settings that the SDK reads. */
const OF_THE_SDK = ['INNGEST_CONNECT_MAX_WORKER_CONCURRENCY'];

function validate(manifest: Json): void {
  const Kind = KINDS[manifest['kind'] as keyof typeof KINDS];
  new Kind(structuredClone(manifest) as never).validate();
}

describe('docs/deploy/kubernetes.yaml', () => {
  let manifests: Json[];
  const ofKind = (kind: string): Json[] => manifests.filter((manifest) => manifest['kind'] === kind);
  const containers = (): Json[] =>
    ofKind('Deployment').map(({ spec }) => spec.template.spec.containers[0] as Json);

  beforeAll(async () => {
    const text = await readFile('docs/deploy/kubernetes.yaml', 'utf8');
    manifests = parseAllDocuments(text).map((document) => document.toJS() as Json);
  });

  it('has manifests that Kubernetes accepts', () => {
    for (const kind of ['Deployment', 'HorizontalPodAutoscaler', 'PodDisruptionBudget']) {
      expect(ofKind(kind)).toHaveLength(2);
    }
    expect(manifests).toHaveLength(8);
    for (const manifest of manifests) expect(() => validate(manifest)).not.toThrow();
  });

  it('is checked with a schema that refuses what Kubernetes refuses', () => {
    const [deployment] = ofKind('Deployment');
    const wrong = { ...deployment, spec: { ...deployment!['spec'], replicas: 'two' } };
    expect(() => validate(wrong)).toThrow('replicas must be integer');
  });

  it('refers to its parts by their names', () => {
    for (const transport of ['http', 'connect']) {
      const parts = manifests.filter(({ metadata }) => metadata.labels.transport === transport);
      const one = (kind: string): Json => parts.find((part) => part['kind'] === kind)!['spec'] as Json;
      const { labels } = one('Deployment')['template'].metadata;
      expect(one('Deployment')['selector'].matchLabels).toEqual(labels);
      expect(one('PodDisruptionBudget')['selector'].matchLabels).toEqual(labels);
      const { name } = parts.find(({ kind }) => kind === 'Deployment')!['metadata'];
      expect(one('HorizontalPodAutoscaler')['scaleTargetRef']).toMatchObject({ kind: 'Deployment', name });
    }
    expect(ofKind('Service')[0]!['spec'].selector).toEqual({ app: 'worker', transport: 'http' });
  });

  it('waits for the calls under way: preStop and SHUTDOWN_GRACE fit into the grace period', () => {
    for (const { spec } of ofKind('Deployment')) {
      const { terminationGracePeriodSeconds, containers: list } = spec.template.spec;
      const grace = (list[0].env as Json[]).find(({ name }) => name === 'SHUTDOWN_GRACE');
      const [, preStopMs] = /(\d[\d_]*)\)$/.exec(list[0].lifecycle.preStop.exec.command[2] as string)!;
      const seconds = Number(preStopMs!.replace('_', '')) / 1_000 + Number.parseInt(grace!['value'], 10) + 2;
      expect(seconds).toBeLessThan(terminationGracePeriodSeconds);
    }
  });

  it('runs without privileges, and probes paths that exist', () => {
    for (const container of containers()) {
      expect(container['securityContext']).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      const probes = ['startupProbe', 'livenessProbe', 'readinessProbe'];
      expect(probes.map((name) => container[name].httpGet.path as string)).toEqual([
        '/health/startup',
        '/health/live',
        '/health/ready',
      ]);
    }
  });

  it('sets only settings that exist', () => {
    const known = [...Object.keys(new Environment()), ...OF_THE_SDK, ...OTHERS];
    for (const { env } of containers()) {
      for (const { name } of env as Json[]) expect(known).toContain(name);
    }
  });
});

/** Settings that belong to other parts of the worker. They are allowed. */
const OTHERS = ['DEPLOYMENT', 'INNGEST_TRANSPORT', 'API_TOKENS'];

describe('docker-compose.yml', () => {
  let services: Record<string, Json>;

  beforeAll(async () => {
    services = (parse(await readFile('docker-compose.yml', 'utf8')) as Json)['services'];
  });

  it('names versions, and publishes ports only on this machine', () => {
    for (const [name, { image, ports = [], build }] of Object.entries(services)) {
      if (build === undefined) expect([name, image]).toEqual([name, expect.stringMatching(/:v?\d+[.]\d+/)]);
      for (const port of ports) expect(port).toMatch(/^127[.]0[.]0[.]1:/);
    }
  });

  it('keeps the queue of a self-hosted Inngest on the disk', () => {
    expect(services['redis']!['command']).toContain('--appendonly yes');
  });

  it.each([
    [{}, 'INNGEST_EVENT_KEY: must be set'],
    [
      { INNGEST_EVENT_KEY: 'k', INNGEST_SIGNING_KEY: 'ab', API_TOKENS: 't' },
      'POSTGRES_PASSWORD: must be set',
    ],
    [
      { INNGEST_EVENT_KEY: 'k', INNGEST_SIGNING_KEY: 'ab', API_TOKENS: 't', POSTGRES_PASSWORD: 'p' },
      undefined,
    ],
  ])('starts the self-hosted services only when every key is set: %j', (env, missing) => {
    const [shell, ...args] = (services['keys']!['entrypoint'] as string[]).map((part) =>
      part.replaceAll('$$', '$'),
    );
    const { status, stderr } = spawnSync(shell!, args, { env, encoding: 'utf8' });
    expect(status === 0).toBe(missing === undefined);
    if (missing !== undefined) expect(stderr).toContain(missing);
    for (const name of ['postgres', 'server', 'worker']) {
      expect(services[name]!['depends_on'].keys).toEqual({ condition: 'service_completed_successfully' });
    }
  });
});

describe('The Dockerfile', () => {
  it('starts Node directly, so that it gets the signals, as a user without privileges', async () => {
    const text = await readFile('Dockerfile', 'utf8');
    expect(text).toMatch(/\nUSER node\n[^]*\nHEALTHCHECK [^]*\nCMD \["node", [^\]]*"dist\/main.js"\]\n$/);
    for (const [, image] of text.matchAll(/^FROM (\S+)/gm)) expect(image).toMatch(/:\d+[.]\d+[.]\d+/);
  });
});
