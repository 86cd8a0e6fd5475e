// Ends the program when npm has gone, for the scripts of package.json:
//
//     node --import ./scripts/end-with-npm.mjs program.js
//
// npm passes SIGTERM to the shell that it starts a script with. Many shells become the program, and it gets the signal.
// Others stay beside it and end without passing the signal on; the program then has another parent, and sends the signal
// to itself here. `exec` in the script would do the same, but cmd.exe on Windows has no such command.
import { isMainThread } from 'node:worker_threads';

/**
 * How often the parent is looked at, in milliseconds. Well below the second within which a program takes a signal for a
 * repetition of the one before: after Ctrl-C it gets one from the terminal, too.
 */
const LOOK_EVERY_MS = 200;

// Threads inherit `--import`.
if (isMainThread) {
  const parent = process.ppid;
  const looking = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(looking);
    process.kill(process.pid, 'SIGTERM');
  }, LOOK_EVERY_MS);
  looking.unref();
}
