/**
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
function element(id, type) {
  const found = document.getElementById(id);
  if (found instanceof type) return found;
  throw new Error(`The page has no ${id}.`);
}

const form = element('login', HTMLFormElement);
const secret = element('secret', HTMLInputElement);
const problem = element('problem', HTMLElement);
const submit = element('submit', HTMLButtonElement);
const show = element('show', HTMLButtonElement);

// The theme that was chosen in the dashboard.
const theme = localStorage.getItem('theme') ?? 'system';
if (theme !== 'system') document.documentElement.style.colorScheme = theme;

show.addEventListener('click', () => {
  const isShown = secret.type === 'password';
  secret.type = isShown ? 'text' : 'password';
  show.textContent = isShown ? 'Hide' : 'Show';
  show.setAttribute('aria-pressed', String(isShown));
  secret.focus();
});

secret.addEventListener('input', () => showProblem(''));

form.addEventListener('submit', (event) => {
  event.preventDefault();
  void logIn();
});

async function logIn() {
  submit.disabled = true;
  try {
    const response = await fetch('/dashboard/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ secret: secret.value }),
    });
    if (response.ok) {
      // The reload keeps the hash of the URL, so it shows the requested view.
      location.reload();
      return;
    }
    const answer = await response.json().catch(() => ({}));
    showProblem(answer.error ?? `The server answered ${response.status}.`);
  } catch {
    showProblem('The server does not answer. Is it running?');
  }
  submit.disabled = false;
  secret.select();
}

/** @param {string} text the problem; empty if there is none */
function showProblem(text) {
  problem.textContent = text;
  secret.setAttribute('aria-invalid', String(text !== ''));
}
