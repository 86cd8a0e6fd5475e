import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Turns off what a browser does without being asked: first-run pages, updates, telemetry, QUIC probes. */
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The path of this machine's Chromium. The variable `CHROMIUM` overrides it. */
function findChromium(): string | undefined {
  return [process.env['CHROMIUM'] ?? '', ...PLACES].find((place) => existsSync(place));
}

/** Describes tests in a browser. Without a browser they are skipped with a warning, or they fail if CI is set. */
export function describeInChromium(name: string, tests: (launch: () => Promise<Browser>) => void): void {
  const executablePath = findChromium();
  if (executablePath === undefined) {
    const advice = 'No Chromium was found. Install it (apt-get install chromium) or name it in CHROMIUM.';
    if (process.env['CI']) throw new Error(advice);
    process.stderr.write(`Skipped: ${name}. ${advice}\n`);
    describe.skip(name, () => {
      it('needs Chromium', () => undefined);
    });
    return;
  }
  describe(name, () => tests(() => chromium.launch({ executablePath, args: FLAGS })));
}
