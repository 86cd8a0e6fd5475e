-- Removes the history of a self-hosted Inngest from its PostgreSQL: runs that ended more than `days` days ago, and events
-- that old which no unfinished run needs. Inngest itself removes nothing. Made for the tables of server 1.43.
--
--   psql "$INNGEST_POSTGRES_URI" -v ON_ERROR_STOP=1 -v days=30 -f docs/deploy/retention.sql
--
-- Run it every night. It works through 500 runs at a time, each time in a transaction of its own, so it may be stopped at
-- any moment and locks nothing for long. A run that sleeps, waits or is tried again has not ended, however old it is.
\set QUIET on
SET client_min_messages = warning;

-- The server has no indexes for these questions. Each is made once, while the server goes on.
CREATE INDEX CONCURRENTLY IF NOT EXISTS retention_trace_runs ON trace_runs (ended_at) WHERE status IN (50, 300, 400, 500, 600);
CREATE INDEX CONCURRENTLY IF NOT EXISTS retention_traces ON traces (run_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS retention_event_batches ON event_batches (run_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS retention_function_finishes ON function_finishes (created_at);
CREATE INDEX CONCURRENTLY IF NOT EXISTS retention_function_finishes_run ON function_finishes (run_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS retention_function_runs_run ON function_runs (run_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS retention_function_runs_event ON function_runs (event_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS retention_history ON history (run_id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS retention_events ON events (received_at);

SELECT set_config('retention.days', :'days', false) \g /dev/null

DO $$
DECLARE
  at_once CONSTANT int := 500;
  -- The server stores times without a zone, in UTC.
  before CONSTANT timestamp := (now() AT TIME ZONE 'UTC') - make_interval(days => current_setting('retention.days')::int);
  before_ms CONSTANT bigint := (extract(epoch FROM now()) * 1000)::bigint
    - current_setting('retention.days')::bigint * 86400000;
  traced text[];
  finished bytea[];
  removed int;
BEGIN
  -- Statuses: overflowed, completed, failed, cancelled, skipped. `ended_at` is 0 until a run has ended.
  LOOP
    SELECT array_agg(run_id::text) INTO traced FROM (
      SELECT run_id FROM trace_runs
      WHERE status IN (50, 300, 400, 500, 600) AND ended_at > 0 AND ended_at < before_ms
      ORDER BY ended_at LIMIT at_once
    ) AS ended;
    EXIT WHEN traced IS NULL;
    DELETE FROM spans WHERE run_id = ANY (traced);
    DELETE FROM traces WHERE run_id = ANY (traced::bpchar[]);
    DELETE FROM event_batches WHERE run_id = ANY (traced::bpchar[]);
    DELETE FROM trace_runs WHERE run_id = ANY (traced::bpchar[]);
    COMMIT;
  END LOOP;

  -- A run is in function_finishes once it has ended.
  LOOP
    SELECT array_agg(run_id) INTO finished FROM (
      SELECT run_id FROM function_finishes WHERE created_at < before ORDER BY created_at LIMIT at_once
    ) AS ended;
    EXIT WHEN finished IS NULL;
    DELETE FROM history WHERE run_id = ANY (finished);
    DELETE FROM function_runs WHERE run_id = ANY (finished);
    DELETE FROM function_finishes WHERE run_id = ANY (finished);
    COMMIT;
  END LOOP;

  -- What is left of function_runs and has no finish is unfinished.
  LOOP
    DELETE FROM events WHERE internal_id IN (
      SELECT internal_id FROM events
      WHERE received_at < before AND NOT EXISTS (
        SELECT 1 FROM function_runs AS run
        WHERE run.event_id = events.internal_id
          AND NOT EXISTS (SELECT 1 FROM function_finishes AS finish WHERE finish.run_id = run.run_id)
      )
      ORDER BY received_at LIMIT at_once
    );
    GET DIAGNOSTICS removed = ROW_COUNT;
    EXIT WHEN removed = 0;
    COMMIT;
  END LOOP;
END $$;
