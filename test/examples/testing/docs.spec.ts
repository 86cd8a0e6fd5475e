import { readFile } from 'node:fs/promises';

const FILES = [
  'orders.ts',
  'orders.spec.ts',
  'replay.spec.ts',
  'orders.node-test.ts',
  'welcome.ts',
  'welcome.spec.ts',
];

/** The entries of the package from which users import what these files import by path. */
const ENTRIES = {
  "'../../../src/testing/index.js'": "'task-queue-worker/testing'",
  "'../../../src/testing/nest.js'": "'task-queue-worker/testing/nest'",
  "'../../../src/inngest/index.js'": "'task-queue-worker'",
};

describe('An example of docs/testing.md', () => {
  it.each(FILES)('is the code beside this test, which compiles and runs: %s', async (name) => {
    const page = await readFile('docs/testing.md', 'utf8');
    const code = await readFile(`test/examples/testing/${name}`, 'utf8');

    // In the docs, the code imports the installed package.
    const there = Object.entries(ENTRIES).reduce((text, [path, entry]) => text.replaceAll(path, entry), code);
    expect(page).toContain(`\`\`\`ts\n// ${name}\n${there}\`\`\`\n`);
  });
});
