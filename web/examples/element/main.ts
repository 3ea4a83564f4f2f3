/** A page without React: it signs in by itself and hands the element its tokens, which nothing stores. */

const chat = document.querySelector("unet-chat");
const form = document.querySelector("form");
const problem = document.querySelector("form [role=alert]");
const unread = document.querySelector("output");

document.addEventListener("unet-chat:unread", ({ detail }) => {
  if (unread !== null) unread.value = String(detail.count);
});
document.addEventListener("unet-chat:signed-out", () => form?.toggleAttribute("hidden", false));

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { tokens } = await post("/api/auth/login/", Object.fromEntries(new FormData(form)));
  if (chat === null || tokens === undefined) {
    if (problem !== null) problem.textContent = "Wrong username or password";
    problem?.toggleAttribute("hidden", tokens !== undefined);
    return;
  }
  form.hidden = true;
  let { access, refresh } = tokens;
  let isFirst = true;
  // A product asks its own server here, which knows who is signed in.
  chat.tokenProvider = async () => {
    if (!isFirst) ({ access, refresh = refresh } = await post("/api/auth/token/refresh/", { refresh }));
    isFirst = false;
    return access;
  };
});

async function post(path: string, body: object) {
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  return answer.ok ? answer.json() : {};
}
