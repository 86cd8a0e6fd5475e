import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchContext } from '../context.js';
import type { Results } from '../report.js';
import { bulk, scenes } from './bulk.js';

/** Measures large pieces of work: how long each takes, and how long it delays the event loop. */
export async function bulkWork({ say }: BenchContext): Promise<Results> {
  const results: Results = { figures: [], goals: [] };
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    for (const scene of Object.keys(scenes)) {
      say(scene);
      const cost = await bulk(scene, join(folder, `${scene.replaceAll(/\W+/g, '-')}.db`));
      for (const [subject, value] of [
        ['until done', cost.took],
        ['loop delay p99', cost.p99],
        ['loop delay worst', cost.worst],
      ] as const) {
        results.figures.push({ name: scene, subject, value, unit: 'ms' });
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return results;
}
