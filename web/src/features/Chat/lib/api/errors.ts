/** Any REST call that did not succeed. `code` is for programs, `message` is a sentence for people. */
export class ApiError extends Error {
  /** The HTTP status; 0 when no answer came. */
  readonly status: number;
  /** A problem's `code` (docs/problems.md), or `network`, `timeout`, `aborted`. */
  readonly code: string;
  /** What to quote to an operator; `null` when the server gave none. */
  readonly requestId: string | null;
  /** What is wrong with which field, by the field's name as in the request (`mentions/2/user_id`). */
  readonly fieldErrors: Readonly<Record<string, string>>;
  /** Whether the very same request may succeed later. */
  readonly retryable: boolean;
  /** How long the server asks to wait, in ms; 0 when it does not say. */
  readonly retryAfterMs: number;

  constructor(facts: ApiErrorFacts) {
    super(facts.message);
    this.name = "ApiError";
    this.status = facts.status;
    this.code = facts.code;
    this.requestId = facts.requestId ?? null;
    this.fieldErrors = facts.fieldErrors ?? {};
    this.retryable = facts.retryable ?? false;
    this.retryAfterMs = facts.retryAfterMs ?? 0;
  }
}

interface ApiErrorFacts {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly requestId?: string | null;
  readonly fieldErrors?: Readonly<Record<string, string>>;
  readonly retryable?: boolean;
  readonly retryAfterMs?: number;
}

const MS_PER_SECOND = 1000;

/** What a status means where the body does not say it: the older dialects have no codes. */
const CODES: Readonly<Record<number, string>> = {
  400: "invalid",
  401: "unauthorized",
  403: "forbidden",
  404: "not_found",
  405: "method_not_allowed",
  408: "stalled",
  409: "conflict",
  413: "too_large",
  415: "unsupported_media_type",
  429: "rate_limited",
  501: "no_file_store",
  503: "unavailable",
};

/** Statuses after which the same request may succeed: too many, and our side's troubles. */
const RETRYABLE: ReadonlySet<number> = new Set([408, 429, 502, 503, 504]);

/** No answer came: no network, a refused connection, or a foreign origin that may not ask. */
export function networkError(): ApiError {
  return new ApiError({ status: 0, code: "network", message: "Нет связи с сервером", retryable: true });
}

/** No answer came in time. */
export function timeoutError(): ApiError {
  return new ApiError({ status: 0, code: "timeout", message: "Сервер не ответил вовремя", retryable: true });
}

/** Nobody is signed in, or the token is refused and cannot be renewed. */
export function unauthorizedError(): ApiError {
  return new ApiError({ status: 401, code: "unauthorized", message: "Войдите в систему" });
}

/** Whether an answer is a refusal; a held message is one although its status is 202. */
export function isRefusal(status: number, contentType: string | null): boolean {
  return status >= 400 || (contentType ?? "").startsWith("application/problem+json");
}

/** The body of a success, which is JSON; anything else is not from the service, but from something on the way. */
export function successFrom(status: number, text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError({ status, code: "network", message: "Нет связи с сервером", retryable: true });
  }
}

/** Reads a refusal of either kind: a problem document, or the bodies of the older dialects. */
export function errorFrom(status: number, text: string, headers: Pick<Headers, "get">): ApiError {
  const body = parsed(text);
  const fieldErrors = fieldErrorsOf(body);
  const ownCode = body.code;
  return new ApiError({
    status,
    code: typeof ownCode === "string" ? ownCode : (CODES[status] ?? (status >= 500 ? "internal" : "invalid")),
    message: sentence(body, fieldErrors) ?? `Ошибка сервера (${status})`,
    requestId: asText(body.request_id) ?? headers.get("X-Request-Id"),
    fieldErrors,
    retryable: typeof body.retryable === "boolean" ? body.retryable : RETRYABLE.has(status),
    retryAfterMs: retryAfter(headers.get("Retry-After")),
  });
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : {};
  } catch {
    // Not JSON: a proxy's own page. The status says enough.
    return {};
  }
}

/** The one sentence to show: the first field's when only fields are at fault. */
function sentence(body: Record<string, unknown>, fieldErrors: Record<string, string>): string | null {
  const own = asText(body.detail) ?? asText(body.error);
  const [field] = Object.values(fieldErrors);
  const common = fieldErrors.non_field_errors;
  return common ?? own ?? field ?? asText(body.title) ?? asText(body.message);
}

/** `errors[]` of a problem by its pointers, or the dialects' `{"<field>": ["…"]}`. */
function fieldErrorsOf(body: Record<string, unknown>): Record<string, string> {
  const found: Record<string, string> = {};
  if (Array.isArray(body.errors)) {
    for (const entry of body.errors) {
      if (!isRecord(entry)) continue;
      const [pointer, detail] = [asText(entry.pointer), asText(entry.detail)];
      if (pointer !== null && detail !== null) found[pointer.replace(/^\//, "")] = detail;
    }
    return found;
  }
  for (const [field, value] of Object.entries(body)) {
    const [first] = Array.isArray(value) ? value : [];
    if (typeof first === "string") found[field] = first;
  }
  return found;
}

/** `Retry-After` in whole seconds; the form with a date is not used by the server. */
function retryAfter(value: string | null): number {
  const seconds = Number(value ?? "");
  return Number.isFinite(seconds) && seconds > 0 ? seconds * MS_PER_SECOND : 0;
}

function asText(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
