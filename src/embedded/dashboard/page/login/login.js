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

// As the dashboard was set to look.
const theme = localStorage.getItem('theme') ?? 'system';
if (theme !== 'system') document.documentElement.style.colorScheme = theme;

show.addEventListener('click', () => {
  const isShown = secret.type === 'password';
  secret.type = isShown ? 'text' : 'password';
  show.textContent = isShown ? 'Hide' : 'Show';
  show.setAttribute('aria-pressed', String(isShown));
  secret.focus();
});

secret.addEventListener('input', () => say(''));

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
      // The address keeps its hash, so the view that was asked for comes up.
      location.reload();
      return;
    }
    const answer = await response.json().catch(() => ({}));
    say(answer.error ?? `The server answered ${response.status}.`);
  } catch {
    say('The server does not answer. Is it running?');
  }
  submit.disabled = false;
  secret.select();
}

/** @param {string} text what is wrong; nothing when empty */
function say(text) {
  problem.textContent = text;
  secret.setAttribute('aria-invalid', String(text !== ''));
}
