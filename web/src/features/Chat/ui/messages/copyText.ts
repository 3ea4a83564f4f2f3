/** Puts a text on the clipboard; rejects where the page may not, e.g. without TLS. */
export async function copyText(text: string): Promise<void> {
  await navigator.clipboard.writeText(text);
}
