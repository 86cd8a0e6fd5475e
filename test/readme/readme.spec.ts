import { readFile } from 'node:fs/promises';

const FILES = ['mail.functions.ts', 'mail.functions.spec.ts'];

describe('The example of docs/add-a-function.md', () => {
  it.each(FILES)('is the code beside this test, which compiles and runs: %s', async (name) => {
    const readme = await readFile('docs/add-a-function.md', 'utf8');
    const code = await readFile(`test/readme/${name}`, 'utf8');

    // In the docs, the file is in `src/mail`.
    const there = code.replaceAll("'../../src/", "'../");
    expect(readme).toContain(`\`\`\`ts\n// src/mail/${name}\n${there}\`\`\`\n`);
  });
});
