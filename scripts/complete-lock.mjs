#!/usr/bin/env node
// Adds to package-lock.json the optional packages for other platforms that npm left out when it wrote the file.
// npm omits them if the registry does not have them, and `npm ci` then rejects the file (EUSAGE).
// Run it after every change of dependencies: `npm run lock`.
import { readFileSync, writeFileSync } from 'node:fs';

const FILE = 'package-lock.json';
const SYSTEMS = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
const PROCESSORS = {
  arm64: 'arm64',
  arm: 'arm',
  x64: 'x64',
  ia32: 'ia32',
  ppc64: 'ppc64',
  riscv64: 'riscv64',
  s390x: 's390x',
  loong64: 'loong64',
};

const lock = JSON.parse(readFileSync(FILE, 'utf8'));
const known = new Set(Object.keys(lock.packages).map((path) => path.replace(/^.*node_modules\//, '')));
let added = 0;
for (const parent of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    if (known.has(name)) continue;
    known.add(name);
    const words = name.split(/[/-]/);
    const cpu = words.map((word) => PROCESSORS[word]).find(Boolean);
    lock.packages[`node_modules/${name}`] = {
      version,
      ...(cpu && { cpu: [cpu] }),
      ...(parent.dev && { dev: true }),
      ...(words.some((word) => word.startsWith('musl')) && { libc: ['musl'] }),
      ...(words.some((word) => word.startsWith('gnu')) && { libc: ['glibc'] }),
      optional: true,
      os: SYSTEMS.filter((system) => words.includes(system)),
    };
    added++;
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).toSorted(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added} optional package(s) added to ${FILE}.`);
