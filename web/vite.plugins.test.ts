import { expect, test } from "vitest";
import { registerByHand, withOwnUnit } from "./vite.plugins.ts";

test("registered properties begin with their values on every element", () => {
  const css =
    '@property --tw-shadow { syntax: "*"; inherits: false; initial-value: 0 0 #0000 }\n.a{color:red}@property --tw-ring{syntax:"*";inherits:false}';
  expect(registerByHand(css)).toBe(
    "*,::before,::after,::backdrop{--tw-shadow:0 0 #0000;--tw-ring:initial}\n\n.a{color:red}",
  );
});

test("declarations do not follow the page's font size; selectors and queries stay", () => {
  expect(withOwnUnit(".w-\\[2rem\\]{width:calc(100% - 2rem)}@media (width>=40rem){.a{margin:.5rem}}")).toBe(
    ".w-\\[2rem\\]{width:calc(100% - calc(2*var(--chat-rem,16px)))}@media (width>=40rem){.a{margin:calc(.5*var(--chat-rem,16px))}}",
  );
});
