/** Answers that no healthy server gives. */

/** The request for the list of conversations. */
export const LIST = /\/conversations\/?(\?|$)/;

/** The request for a page of messages. */
export const MESSAGES = /\/messages\/[^/]+\/?\?/;

/** A problem document as the server makes them. */
export function problem(status: number, code: string, detail: string) {
  const body = JSON.stringify({
    type: `/problems/${code}`,
    title: detail,
    status,
    code,
    detail,
    request_id: "1",
  });
  return { status, contentType: "application/problem+json", body };
}
