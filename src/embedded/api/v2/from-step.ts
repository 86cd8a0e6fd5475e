import { createHash } from 'node:crypto';
import { MAX_STEP_BYTES } from '../../../common/inngest-limits.js';
import { isRecord } from '../../../common/is-record.js';
import { unknownNames } from '../../../common/unknown-names.js';
import type { FromStep } from '../../store/run.store.js';
import type { Step } from '../../store/step.store.js';
import { V2Exception } from '../shared/v2.exception.js';

/** The server executes these steps itself, so they have no arguments of the app that an input could replace. */
const WITHOUT_INPUT = ['SLEEP', 'WAIT_FOR_EVENT', 'WAIT_FOR_SIGNAL', 'INVOKE'];

/**
 * Reads from which step a rerun begins: `{"fromStep": {"stepId": "...", "input": [...]}}`. As in the real server's source,
 * `stepId` is the hashed id of a step of the run, or its name if no other step has the same; `input` is a list of
 * arguments.
 *
 * @param steps the steps of the run
 * @returns undefined when the rerun repeats the whole run
 * @throws V2Exception 400 naming what is wrong
 */
export function fromStepIn(body: unknown, steps: readonly Step[]): FromStep | undefined {
  const from = isRecord(body) ? (body['fromStep'] ?? undefined) : undefined;
  if (from === undefined) return undefined;
  if (!isRecord(from)) throw refusal('"fromStep" must be an object with "stepId".');
  const unknown = unknownNames('fromStep', Object.keys(from), ['stepId', 'step_id', 'input']);
  if (unknown !== undefined) throw refusal(unknown);
  const requested = from['stepId'] ?? from['step_id'];
  if (typeof requested !== 'string' || requested === '') throw refusal('Step ID is required');
  const step = stepNamed(requested, steps);
  const input = from['input'] ?? undefined;
  if (input === undefined) return { stepId: step.id };
  if (!Array.isArray(input)) throw refusal('Step input must be a valid JSON array');
  if (WITHOUT_INPUT.includes(step.op)) {
    throw refusal(`The step "${step.name}" (${step.op}) takes no input. Leave out "input".`);
  }
  const bytes = Buffer.byteLength(JSON.stringify(input));
  if (bytes > MAX_STEP_BYTES) {
    throw refusal(`Step input has ${bytes} bytes; the limit is ${MAX_STEP_BYTES}.`);
  }
  return { stepId: step.id, input };
}

function stepNamed(requested: string, steps: readonly Step[]): Step {
  const exact = steps.find(({ id }) => id === requested);
  if (exact) return exact;
  const named = steps.filter(({ name }) => name === requested);
  if (named.length > 1) {
    const ids = named.map(({ id }) => id).join(', ');
    throw refusal(`Step name matches multiple steps in original run: ${ids}. Send one of these ids.`);
  }
  // The step may have a display name. Then the id in the app's code is not its name, but its hash is the step's id.
  const hash = createHash('sha1').update(requested).digest('hex');
  const found = named[0] ?? steps.find(({ id }) => id === hash);
  if (!found) throw refusal(`Step not found in original run: ${JSON.stringify(requested)}`);
  return found;
}

function refusal(message: string): V2Exception {
  return new V2Exception(400, 'invalid_request', message);
}
