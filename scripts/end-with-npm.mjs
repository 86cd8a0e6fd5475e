// Ends the program when the shell between it and npm has ended, for the scripts of package.json:
//
//     node --import ./scripts/end-with-npm.mjs program.js
//
// npm passes SIGTERM to the shell that it starts a script with, and returns when that shell has ended. The rest depends on
// the shell:
//
//   bash replaces itself with the program. The program gets the signal, and npm waits until it has stopped.
//   dash (`sh` on Debian and Ubuntu) stays beside the program and does not pass the signal on: dash and npm end in a few
//   milliseconds, while the program runs. The program then has another parent, and this file sends SIGTERM to it.
//
// So under dash the program stops in good order, but npm returns before that, and nothing waits for it: a container whose
// first process is npm kills the program with itself. SIGINT that is sent to npm alone has no effect under dash; Ctrl-C
// sends it to the program, too. Supervisors therefore start `node dist/main.js` without npm. `exec` in the script would
// make npm wait, but cmd.exe on Windows has no such command.
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
