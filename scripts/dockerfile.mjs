// Reads the part of Dockerfile and .dockerignore that this project uses.

/** @returns {{ name: string, steps: { instruction: string, value: string }[] }[]} the stages, in order */
export function stagesOf(text) {
  const lines = text
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('#'))
    .join('\n')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const stages = [];
  for (const line of lines) {
    const [, instruction, value] = /^(\S+)\s+(.*)$/.exec(line.trim());
    if (instruction === 'FROM')
      stages.push({ name: /\sAS\s+(\S+)$/i.exec(value)?.[1] ?? 'final', steps: [] });
    else stages.at(-1).steps.push({ instruction, value });
  }
  return stages;
}

/** @returns {(path: string) => boolean} whether the build context contains a path */
export function sentBy(dockerignore) {
  const rules = dockerignore
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ isException: line.startsWith('!'), pattern: patternOf(line.replace(/^!/, '')) }));
  return (path) => rules.findLast(({ pattern }) => pattern.test(path))?.isException ?? true;
}

/** A pattern that matches a folder also matches everything in it. */
function patternOf(glob) {
  const source = glob
    .split(/(\*\*\/|\*)/)
    .map((part) => ({ '**/': '(?:.*/)?', '*': '[^/]*' })[part] ?? part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('');
  return new RegExp(`^${source}(/.*)?$`);
}
