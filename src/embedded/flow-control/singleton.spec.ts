import * as fc from 'fast-check';
import { compileExpression } from '../expressions/index.js';
import {
  singleton,
  type Singleton,
  singletonCancelledReason,
  singletonKey,
  singletonSkippedReason,
} from './singleton.js';

describe('singleton', () => {
  it('starts a run if none is active', () => {
    expect(singleton({ mode: 'skip' }, undefined)).toEqual({ action: 'start' });
    expect(singleton({ mode: 'cancel' }, undefined)).toEqual({ action: 'start' });
  });

  it('skips the new run, or cancels the old one', () => {
    expect(singleton({ mode: 'skip' }, 'old')).toEqual({ action: 'skip', runId: 'old' });
    expect(singleton({ mode: 'cancel' }, 'old')).toEqual({ action: 'cancelAndStart', runId: 'old' });
  });

  it('has at most one active run: with skip the first one, with cancel the last one', () => {
    const step = fc.constantFrom('event' as const, 'end' as const);
    fc.assert(
      fc.property(fc.constantFrom('skip' as const, 'cancel' as const), fc.array(step), (mode, steps) => {
        let active: string | undefined;
        let model: string[] = [];
        for (const [at, what] of steps.entries()) {
          const runId = `run ${at}`;
          if (what === 'end') {
            active = undefined;
            model = [];
            continue;
          }
          if (singleton({ mode }, active).action !== 'skip') active = runId;
          model.push(runId);
          expect(active).toBe(mode === 'skip' ? model[0] : model.at(-1));
        }
      }),
    );
  });

  it('does not apply if the key is false or cannot be evaluated', () => {
    const rule: Singleton = { mode: 'skip', key: compileExpression('event.data.user') };
    const key = (data: object) => singletonKey(rule, { event: { data } }, 0);
    expect(key({ user: 'a' })).toEqual({ kind: 'key', key: 'a' });
    expect(key({})).toEqual({ kind: 'unlimited' });
    expect(
      singletonKey(
        { mode: 'skip', key: compileExpression('int(event.data.user)') },
        { event: { data: { user: 'x' } } },
        0,
      ).kind,
    ).toBe('error');
    expect(singletonKey({ mode: 'skip' }, { event: {} }, 0)).toEqual({ kind: 'key', key: '' });
  });

  it('has reasons that name the other run', () => {
    expect(singletonSkippedReason('01')).toBe('skipped: run 01 of this singleton is active');
    expect(singletonCancelledReason('02')).toBe('cancelled by run 02 of the same singleton');
  });
});
