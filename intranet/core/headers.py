"""The headers of every answer, in one place."""

import secrets

from flask import Flask, Response, current_app, g, request

_POLICY = {
    "default-src": "'none'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "worker-src": "'self' blob:",
    "manifest-src": "'self'",
    "frame-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "default",
}
#: A worker obeys the policy of its own file; without wasm a JPEG 2000 scan is a white page.
_PDF_WORKER_POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; font-src 'self'"
)
#: The service worker likewise; it has the whole site for its scope and must never be an old one.
_SERVICE_WORKER, _SERVICE_WORKER_POLICY = "/sw.js", "default-src 'none'; connect-src 'self'"
#: Calendar programs ask again and again: what has not changed is not sent twice.
_FEEDS = "/calendar/"
#: For files that people uploaded: nothing in them runs, whatever a browser takes them for.
FILE_POLICY = "sandbox; default-src 'none'"


def install(app: Flask) -> None:
    """Add the headers to every answer of the application."""
    app.after_request(_add)
    app.add_template_global(nonce, "csp_nonce")
    app.add_template_global(reads_pdf)


def nonce() -> str:
    """The nonce of this answer, 128 bits."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def reads_pdf() -> str:
    """Let the reader's decoders, which are WebAssembly, run on the page that is being made."""
    g.reads_pdf = True
    return ""


def _add(response: Response) -> Response:
    headers = response.headers
    if "Content-Security-Policy" not in headers:
        headers["Content-Security-Policy"] = _policy_for(request.path)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), usb=(), payment=()"
    if current_app.config["SETTINGS"].is_https:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    if request.path.startswith("/static/dist/"):
        headers["Cache-Control"] = "public, max-age=31536000, immutable"
    elif request.path == _SERVICE_WORKER:
        headers["Cache-Control"] = "no-cache"
    elif request.path.startswith(_FEEDS) and response.status_code in (200, 304):
        headers["Cache-Control"] = "private, no-cache"
    elif not request.path.startswith("/static/"):
        headers["Cache-Control"] = "no-store"
    return response


def _policy_for(path: str) -> str:
    if path.endswith("pdf.worker.min.mjs"):
        return _PDF_WORKER_POLICY
    if path == _SERVICE_WORKER:
        return _SERVICE_WORKER_POLICY
    own = current_app.config["SETTINGS"].public_url
    sockets = own.replace("https://", "wss://").replace("http://", "ws://")
    policy = _POLICY | {
        "script-src": f"'self' 'nonce-{nonce()}'" + (" 'wasm-unsafe-eval'" if "reads_pdf" in g else ""),
        "style-src": f"'self' 'nonce-{nonce()}'",
        "connect-src": f"'self' {sockets}",
    }
    return "; ".join(f"{name} {value}" for name, value in policy.items())
