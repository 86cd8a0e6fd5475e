/**
 * The schema, as one migration for each version: `migrations[n]` changes a file from version n to n + 1. Times are
 * milliseconds since 1970, in wall-clock time or in steady time. Columns such as `data`, `config`, `memo` and `output`
 * contain JSON of the protocol.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE app (
    id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, url TEXT NOT NULL, sdk TEXT NOT NULL, framework TEXT NOT NULL,
    version TEXT, created_at INTEGER NOT NULL, synced_at INTEGER NOT NULL, checksum TEXT NOT NULL
  );
  CREATE TABLE function (
    id TEXT PRIMARY KEY, slug TEXT NOT NULL UNIQUE, app_id TEXT NOT NULL, name TEXT NOT NULL, config TEXT NOT NULL,
    created_at INTEGER NOT NULL, archived_at INTEGER
  );

  CREATE TABLE event (
    internal_id TEXT PRIMARY KEY, id TEXT NOT NULL, name TEXT NOT NULL, data TEXT NOT NULL, user TEXT, v TEXT,
    ts INTEGER NOT NULL, received_at INTEGER NOT NULL, internal INTEGER NOT NULL
  );
  CREATE INDEX event_by_id ON event (id);
  CREATE INDEX event_by_name ON event (name, internal_id);

  -- The outcomes of events for functions: a run, or the reason why there is none (yet).
  CREATE TABLE outcome (
    event_id TEXT NOT NULL, function_id TEXT NOT NULL, run_id TEXT, reason TEXT, at INTEGER NOT NULL,
    PRIMARY KEY (event_id, function_id)
  ) WITHOUT ROWID;

  CREATE TABLE run (
    id TEXT PRIMARY KEY, function_id TEXT NOT NULL, status TEXT NOT NULL, trigger_event TEXT NOT NULL,
    queued_at INTEGER NOT NULL, started_at INTEGER, ended_at INTEGER, output TEXT, reason TEXT,
    original_run_id TEXT, priority REAL NOT NULL, slots TEXT NOT NULL, throttle_key TEXT,
    request_version INTEGER NOT NULL, step_count INTEGER NOT NULL DEFAULT 0, state_bytes INTEGER NOT NULL DEFAULT 0,
    batch_id TEXT, cron TEXT
  );
  CREATE INDEX run_by_function ON run (function_id, id);
  CREATE INDEX run_by_status ON run (status, id);
  CREATE INDEX run_by_end ON run (ended_at) WHERE ended_at IS NOT NULL;
  CREATE TABLE run_event (
    run_id TEXT NOT NULL, position INTEGER NOT NULL, event_id TEXT NOT NULL, PRIMARY KEY (run_id, position)
  ) WITHOUT ROWID;
  CREATE INDEX run_event_by_event ON run_event (event_id, run_id);

  -- The steps that apps have named. memo is the result that later calls carry, null until there is one.
  CREATE TABLE step (
    run_id TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, op TEXT NOT NULL, status TEXT NOT NULL,
    opts TEXT, memo TEXT, memo_order INTEGER, race INTEGER NOT NULL DEFAULT 0,
    queued_at INTEGER NOT NULL, started_at INTEGER, ended_at INTEGER,
    PRIMARY KEY (run_id, id)
  ) WITHOUT ROWID;
  -- The attempts of a step, or of the function itself if step_id is empty.
  CREATE TABLE attempt (
    id INTEGER PRIMARY KEY AUTOINCREMENT, run_id TEXT NOT NULL, step_id TEXT NOT NULL, number INTEGER NOT NULL,
    status TEXT NOT NULL, queued_at INTEGER NOT NULL, started_at INTEGER NOT NULL, ended_at INTEGER NOT NULL,
    output TEXT, retry_at INTEGER
  );
  CREATE INDEX attempt_by_run ON attempt (run_id, id);

  -- A queue item is one call to make to an app. The items of a lane share all limits, so the lane waits as a whole.
  CREATE TABLE lane (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, function_id TEXT NOT NULL, slots TEXT NOT NULL,
    throttle_key TEXT, head REAL, waiting_for TEXT, waiting_until INTEGER
  );
  CREATE INDEX lane_open ON lane (head) WHERE head IS NOT NULL AND waiting_for IS NULL AND waiting_until IS NULL;
  CREATE INDEX lane_by_slot ON lane (waiting_for, head) WHERE waiting_for IS NOT NULL;
  CREATE INDEX lane_by_time ON lane (waiting_until) WHERE waiting_until IS NOT NULL;
  CREATE TABLE queue_item (
    id TEXT PRIMARY KEY, run_id TEXT NOT NULL, lane INTEGER NOT NULL, state TEXT NOT NULL, kind TEXT NOT NULL,
    step_id TEXT, attempt INTEGER NOT NULL, generation INTEGER NOT NULL, parallel INTEGER NOT NULL,
    at INTEGER NOT NULL, score REAL NOT NULL, queued_at INTEGER NOT NULL, request_id TEXT, called_at INTEGER
  );
  CREATE INDEX queue_ready ON queue_item (lane, score) WHERE state = 'ready';
  CREATE INDEX queue_delayed ON queue_item (at) WHERE state = 'delayed';
  CREATE INDEX queue_running ON queue_item (id) WHERE state = 'running';
  CREATE INDEX queue_by_run ON queue_item (run_id);
  CREATE INDEX queue_by_lane ON queue_item (lane);
  CREATE TABLE slot (id TEXT PRIMARY KEY, used INTEGER NOT NULL) WITHOUT ROWID;

  -- Theoretical arrival times of throttles and rate limits.
  CREATE TABLE gcra (key TEXT PRIMARY KEY, at INTEGER NOT NULL, part INTEGER NOT NULL, run_id TEXT) WITHOUT ROWID;
  CREATE INDEX gcra_by_time ON gcra (at);
  CREATE TABLE debounce (
    key TEXT PRIMARY KEY, function_id TEXT NOT NULL, event_id TEXT NOT NULL, first_at INTEGER NOT NULL,
    start_at INTEGER NOT NULL, event_ts INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE batch (
    id TEXT PRIMARY KEY, key TEXT NOT NULL UNIQUE, function_id TEXT NOT NULL, start_at INTEGER NOT NULL
  );
  CREATE TABLE batch_event (
    batch_id TEXT NOT NULL, position INTEGER NOT NULL, event_id TEXT NOT NULL, PRIMARY KEY (batch_id, position)
  ) WITHOUT ROWID;
  CREATE INDEX batch_event_by_event ON batch_event (event_id);
  CREATE TABLE singleton (key TEXT PRIMARY KEY, run_id TEXT NOT NULL) WITHOUT ROWID;
  CREATE INDEX singleton_by_run ON singleton (run_id);

  -- What runs wait for: an event for a step, an event that cancels the run, a signal, the end of an invoked run.
  CREATE TABLE wait (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL, run_id TEXT NOT NULL, step_id TEXT,
    expression TEXT, expires_at INTEGER
  );
  CREATE INDEX wait_by_subject ON wait (kind, subject);
  CREATE INDEX wait_by_run ON wait (run_id);

  -- The moments at which the server has something to do that is not a call to an app.
  CREATE TABLE timer (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, at INTEGER NOT NULL, clock TEXT NOT NULL, run_id TEXT, payload TEXT
  );
  CREATE INDEX timer_by_time ON timer (at);
  CREATE INDEX timer_by_clock ON timer (clock, at);
  CREATE INDEX timer_by_run ON timer (run_id) WHERE run_id IS NOT NULL;
  `,
  `
  -- To find what started and what was executed in the last minute without reading all rows.
  CREATE INDEX run_by_start ON run (started_at) WHERE started_at IS NOT NULL;
  CREATE INDEX attempt_by_end ON attempt (ended_at);
  `,
  `
  -- Whether a step was planned together with others: the function is called again when the last of them has a result.
  ALTER TABLE step ADD COLUMN awaited INTEGER NOT NULL DEFAULT 0;
  -- The sessions to which an event belongs, as JSON.
  ALTER TABLE event ADD COLUMN sessions TEXT;
  -- Functions that a run has deferred: they run after its end.
  CREATE TABLE deferral (
    run_id TEXT NOT NULL, id TEXT NOT NULL, function_slug TEXT NOT NULL, status TEXT NOT NULL, input TEXT NOT NULL,
    sessions TEXT, position INTEGER NOT NULL, PRIMARY KEY (run_id, id)
  ) WITHOUT ROWID;
  -- Requests to cancel all runs of a function that were queued in a period.
  CREATE TABLE cancellation (
    id TEXT PRIMARY KEY, function_id TEXT NOT NULL, started_after INTEGER, started_before INTEGER NOT NULL,
    expression TEXT, created_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  `,
  `
  -- The tree of limits, with lanes as its leaves (parent 0: outermost limit). The head of a limit or a lane is the lowest
  -- score among the calls below it that no closed limit below it holds.
  CREATE TABLE gate (
    id INTEGER PRIMARY KEY, parent INTEGER NOT NULL, kind TEXT NOT NULL, function_id TEXT NOT NULL,
    subject TEXT NOT NULL, capacity INTEGER NOT NULL, lanes INTEGER NOT NULL, head REAL,
    is_closed INTEGER NOT NULL DEFAULT 0, until INTEGER, UNIQUE (parent, kind, subject, capacity)
  );
  CREATE INDEX gate_open ON gate (parent, head) WHERE head IS NOT NULL AND is_closed = 0;
  CREATE INDEX gate_by_subject ON gate (subject);
  CREATE INDEX gate_by_time ON gate (until) WHERE until IS NOT NULL AND head IS NOT NULL;
  DROP TABLE lane;
  CREATE TABLE lane (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, function_id TEXT NOT NULL, slots TEXT NOT NULL,
    throttle_key TEXT, gate INTEGER NOT NULL, head REAL
  );
  CREATE INDEX lane_ready ON lane (gate, head) WHERE head IS NOT NULL;
  -- The next start puts all items into new lanes.
  UPDATE queue_item SET lane = 0;
  `,
  `
  -- Events that are not delivered yet, in the order of their delivery.
  CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT NOT NULL, function_id TEXT, cursor TEXT NOT NULL DEFAULT '',
    at INTEGER NOT NULL, failures INTEGER NOT NULL DEFAULT 0, error TEXT, set_aside_at INTEGER
  );
  CREATE INDEX outbox_by_time ON outbox (at) WHERE set_aside_at IS NULL;
  CREATE INDEX outbox_by_event ON outbox (event_id);
  -- Consecutive errors of this server: it tries the item again, and sets it aside after too many of them.
  ALTER TABLE queue_item ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE queue_item ADD COLUMN error TEXT;
  CREATE INDEX queue_set_aside ON queue_item (id) WHERE state = 'set-aside';
  ALTER TABLE timer ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE timer ADD COLUMN error TEXT;
  ALTER TABLE timer ADD COLUMN set_aside_at INTEGER;
  CREATE INDEX timer_set_aside ON timer (id) WHERE set_aside_at IS NOT NULL;
  DROP INDEX timer_by_time;
  DROP INDEX timer_by_clock;
  CREATE INDEX timer_by_time ON timer (at, id) WHERE set_aside_at IS NULL;
  CREATE INDEX timer_by_clock ON timer (clock, at) WHERE set_aside_at IS NULL;
  `,
  `
  -- The scale of a timer's time: 'wall' for dates, 'steady' for durations, which do not get longer when the wall clock is
  -- put back. Other times that the server compares with the current time (queue_item.at and score, gate.until, gcra,
  -- debounce, batch and outbox) are in steady time. Times that are only shown are wall-clock times.
  ALTER TABLE timer ADD COLUMN scale TEXT NOT NULL DEFAULT 'steady';
  UPDATE timer SET scale = 'wall' WHERE kind IN ('cron', 'deliver-event');
  DROP INDEX timer_by_time;
  DROP INDEX timer_by_clock;
  CREATE INDEX timer_by_time ON timer (scale, at, id) WHERE set_aside_at IS NULL;
  CREATE INDEX timer_by_clock ON timer (clock, scale, at) WHERE set_aside_at IS NULL;
  `,
  `
  -- The value that the event must have at the path for the expression to be true. An index on it avoids evaluating the
  -- expression. Null if the expression must be evaluated for every event.
  ALTER TABLE wait ADD COLUMN path TEXT;
  ALTER TABLE wait ADD COLUMN value TEXT;
  CREATE INDEX wait_by_value ON wait (kind, subject, path, value);
  `,
  `
  -- Work on many rows that the server does in pieces.
  CREATE TABLE job (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL, payload TEXT NOT NULL,
    cursor TEXT NOT NULL DEFAULT '', total INTEGER NOT NULL, done INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL, ended_at INTEGER, at INTEGER NOT NULL, failures INTEGER NOT NULL DEFAULT 0,
    error TEXT, set_aside_at INTEGER
  ) WITHOUT ROWID;
  CREATE INDEX job_open ON job (id) WHERE ended_at IS NULL;
  CREATE INDEX job_by_subject ON job (subject, id);
  CREATE INDEX run_unfinished ON run (function_id, id, queued_at) WHERE ended_at IS NULL;
  CREATE INDEX gate_closed ON gate (function_id, kind) WHERE is_closed = 1;
  `,
  `
  -- A call that was under way when the process ended without a stop is suspect until it ends or reports a step. uncounted:
  -- the number of such ends that did not count as an attempt, because other calls were under way too.
  ALTER TABLE queue_item ADD COLUMN suspect INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE queue_item ADD COLUMN uncounted INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX queue_suspect ON queue_item (state) WHERE suspect = 1;
  `,
  `
  -- The size of a batch's events, in bytes of JSON.
  ALTER TABLE batch ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
  -- Whether calls ask the app to plan each step: from an answer with several steps until the function resumes after them.
  ALTER TABLE run ADD COLUMN plans_first INTEGER NOT NULL DEFAULT 0;
  UPDATE run SET plans_first = 1 WHERE id IN (SELECT run_id FROM queue_item WHERE parallel = 1);
  `,
  `
  -- Concurrency slots that runs hold from their first call to their end.
  CREATE TABLE run_slot (
    run_id TEXT NOT NULL, slot_id TEXT NOT NULL, PRIMARY KEY (run_id, slot_id)
  ) WITHOUT ROWID;
  CREATE INDEX run_slot_by_slot ON run_slot (slot_id);
  `,
  `
  -- The step from which a run replays another run, and the step's changed arguments: a list, as JSON.
  ALTER TABLE run ADD COLUMN from_step TEXT;
  ALTER TABLE run ADD COLUMN from_step_input TEXT;
  -- The run that executed the step, if a replay copied its result.
  ALTER TABLE step ADD COLUMN copied_from TEXT;
  `,
  `
  -- Functions that are paused, and the periods in which functions were paused, in steady time.
  CREATE TABLE function_pause (
    function_id TEXT PRIMARY KEY, new_runs TEXT NOT NULL, under_way TEXT NOT NULL, paused_at INTEGER NOT NULL,
    steady_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE paused_span (
    function_id TEXT NOT NULL, began INTEGER NOT NULL, ended INTEGER NOT NULL, PRIMARY KEY (function_id, began)
  ) WITHOUT ROWID;
  CREATE INDEX outcome_without_run ON outcome (function_id, event_id) WHERE run_id IS NULL;
  `,
  `
  -- A message for the user who started the job. Unlike the error of a failure, it stays when the job continues.
  ALTER TABLE job ADD COLUMN note TEXT;
  UPDATE job SET note = error, error = NULL WHERE failures = 0 AND set_aside_at IS NULL;
  `,
  `
  -- Sessions of the dashboard that a log out has ended. At ends_at they would have expired, and their rows are removed.
  CREATE TABLE ended_session (id TEXT PRIMARY KEY, ends_at INTEGER NOT NULL) WITHOUT ROWID;
  `,
  `
  -- A step that succeeds in its only attempt has no row in attempt from now on.
  DROP INDEX attempt_by_end;
  `,
  `
  -- The number of answers that brought nothing new. They count as steps. The results of a run, which the column also counted,
  -- and their size are read from its steps. The column state_bytes is not used any more; dropping it would write all rows.
  ALTER TABLE run RENAME COLUMN step_count TO repetitions;
  UPDATE run SET repetitions =
    max(0, repetitions - (SELECT count(*) FROM step WHERE run_id = run.id AND memo IS NOT NULL))
    WHERE ended_at IS NULL;
  `,
  `
  -- One index in the place of four: each call changes it twice, and SQLite writes whole pages.
  DROP INDEX queue_ready;
  DROP INDEX queue_running;
  DROP INDEX queue_set_aside;
  DROP INDEX queue_by_lane;
  CREATE INDEX queue_by_state ON queue_item (state, lane, score);
  -- Finds all lanes below a limit, also those without a ready call.
  DROP INDEX lane_ready;
  CREATE INDEX lane_by_limit ON lane (gate, head);
  -- The slots that calls hold are counted in memory from now on: after a start no call is under way.
  DROP TABLE slot;
  `,
];
