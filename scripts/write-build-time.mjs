// Writes the time of the build, in seconds since 1970, beside the built main file. It is the default of DEPLOYMENT. The
// times of
// the files are no substitute, because packages and reproducible images change them. If SOURCE_DATE_EPOCH is set, as in
// reproducible builds, this time is used. Usage: node scripts/write-build-time.mjs [folder]
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const given = process.env['SOURCE_DATE_EPOCH'];
if (given !== undefined && !/^\d{1,15}$/.test(given)) {
  throw new Error(`SOURCE_DATE_EPOCH is "${given}"; it must be a whole number of seconds since 1970.`);
}
const seconds = given ?? String(Math.floor(Date.now() / 1_000));
writeFileSync(join(process.argv[2] ?? 'dist', 'build-time'), `${seconds}\n`);
