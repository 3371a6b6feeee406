/** Requests of script to our own server, with the token that proves the page is ours. */
export const csrf = () => document.querySelector('meta[name=csrf-token]')?.content ?? '';

export class ApiError extends Error {
  /** @param {number} status @param {{err?: string, msg?: string}} answer */
  constructor(status, answer) {
    super(answer?.msg || answer?.err || String(status));
    this.status = status;
    this.answer = answer;
  }
}

/** The session is over: to the page that begins another, which leads back here. */
export function signIn(response) {
  const here = encodeURIComponent(location.pathname + location.search);
  location.assign(response?.headers.get('HX-Redirect') ?? `/sign-in?next=${here}`);
}

/**
 * Send JSON and read JSON.
 * @param {string} url
 * @param {object} [body] with a body it is a POST, without one a GET
 * @throws {ApiError} the server refused; {TypeError} the server was not reached
 */
export async function api(url, body, { method = body ? 'POST' : 'GET', signal } = {}) {
  const headers = { Accept: 'application/json' };
  if (method !== 'GET') headers['X-CSRFToken'] = csrf();
  if (body) headers['Content-Type'] = 'application/json';
  const response = await fetch(url, { method, headers, body: body && JSON.stringify(body), signal, credentials: 'same-origin' });
  if (response.status === 401) signIn(response);
  const isJson = response.headers.get('Content-Type')?.includes('json');
  const answer = isJson ? await response.json() : null;
  if (!response.ok) throw new ApiError(response.status, answer);
  return answer;
}

/** Send a form's fields (FormData or a plain object) as a page would. */
export function post(url, fields) {
  const body = fields instanceof FormData ? fields : new URLSearchParams(fields);
  return fetch(url, { method: 'POST', headers: { 'X-CSRFToken': csrf(), Accept: 'application/json' }, body, credentials: 'same-origin' });
}
