import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Nothing that a browser does on its own: no first-run pages, updates, telemetry, QUIC probes. */
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

/** The Chromium of this machine; `CHROMIUM` names one that lies elsewhere. */
function findChromium(): string | undefined {
  return [process.env['CHROMIUM'] ?? '', ...PLACES].find((place) => existsSync(place));
}

/**
 * Describes what is tested in a browser. Without one that is skipped, loudly, except where CI is set: there it fails.
 */
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
