// A second app beside the worker, in a process that outlives the server: node … main.ts <port> <Inngest's URL> <journal>.
import express from 'express';
import { Inngest } from 'inngest';
import { serve } from 'inngest/express';
import { Journal } from '../journal.js';
import { functionsOf } from './functions.js';
import { APP_ID } from './names.js';

const [port, baseUrl, journal] = process.argv.slice(2) as [string, string, string];
const silent = { info: () => {}, warn: () => {}, error: () => {}, debug: () => {} };

const client = new Inngest({ id: APP_ID, baseUrl, isDev: true, eventKey: 'any', logger: silent });
const app = express();
app.use(express.json({ limit: '4mb' }));
app.get('/', (_request, response) => void response.send('ok'));
const functions = functionsOf(client, new Journal(journal), `http://localhost:${port}/`);
app.use('/api/inngest', serve({ client, functions }));
app.listen(Number(port), '127.0.0.1', () => process.send?.('listening'));

// The app exits together with the process that started it.
process.on('disconnect', () => process.exit());
