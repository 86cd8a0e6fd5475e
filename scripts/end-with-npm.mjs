// Stops the program when the shell between npm and the program has ended. The scripts of package.json use it:
//
//     node --import ./scripts/end-with-npm.mjs program.js
//
// npm starts a script in a shell, passes SIGTERM to that shell, and exits when the shell has ended. What happens next
// depends
// on the shell:
//
//   bash replaces itself with the program. The program gets the signal, and npm waits until it has stopped.
//   dash (`sh` on Debian and Ubuntu) remains the program's parent and does not pass the signal on: dash and npm end
// within
//   milliseconds, while the program still runs. The program then has another parent process, and this file sends it
// SIGTERM.
//
// So with dash the program stops gracefully, but npm exits before that, and nothing waits for the program: a container
// whose
// first process is npm kills the program when npm exits. A SIGINT that is sent only to npm has no effect with dash;
// Ctrl-C also
// sends it to the program. Therefore supervisors should start `node dist/main.js` without npm. `exec` in the script
// would make
// npm wait, but cmd.exe on Windows does not have that command.
import { isMainThread } from 'node:worker_threads';

/**
 * The interval at which the parent process is checked, in milliseconds. It is much shorter than the second within which
 * the
 * program treats a second signal as the same one, because after Ctrl-C the program also gets a signal from the
 * terminal.
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
