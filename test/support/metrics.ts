/** The samples of a scrape: values by name with labels, such as `inngest_runs_total{function="a",outcome="failed"}`. */
export type Samples = Record<string, number>;

/** Parses the text format of Prometheus. */
export function samplesOf(text: string): Samples {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    lines.map((line) => {
      const end = line.lastIndexOf(' ');
      return [line.slice(0, end), Number(line.slice(end + 1))];
    }),
  );
}

/** Scrapes a worker, or the separate port for metrics. */
export async function scrape(url: string): Promise<Samples> {
  const response = await fetch(`${url}/metrics`);
  if (response.status !== 200) throw new Error(`HTTP ${response.status}: ${await response.text()}`);
  return samplesOf(await response.text());
}
