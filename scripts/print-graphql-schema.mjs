// Writes src/graphql/schema.graphql. Needs --import @swc-node/register/esm-register; see `npm run graphql:schema`.
import 'reflect-metadata';
import { writeFile } from 'node:fs/promises';
import { printedSchema } from '../src/graphql/printed-schema.ts';

await writeFile(new URL('../src/graphql/schema.graphql', import.meta.url), await printedSchema());
