/** What browsers say for each key of an input method, whichever key it is. */
const PROCESS_KEY_CODE = 229;

/** Whether a key belongs to an input method (Chinese, Japanese, some Android keyboards): such an Enter picks a word. */
export function isComposing(event: Pick<KeyboardEvent, "isComposing" | "keyCode">): boolean {
  return event.isComposing || event.keyCode === PROCESS_KEY_CODE;
}
