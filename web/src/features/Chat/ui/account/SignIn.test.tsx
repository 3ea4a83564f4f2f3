// @vitest-environment jsdom
import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { ApiError } from "../../lib/api/errors.ts";
import { inJsdom, renderChat } from "../testing.tsx";
import { SignIn } from "./SignIn.tsx";
import { SignUp } from "./SignUp.tsx";

inJsdom();

const refusal = (facts: Partial<ConstructorParameters<typeof ApiError>[0]>) =>
  new ApiError({ status: 400, code: "invalid", message: "Плохо", ...facts });

test("asks for both before it sends anything", async () => {
  const onSignIn = vi.fn();
  const { user } = await renderChat(<SignIn onSignIn={onSignIn} />);
  await user.click(screen.getByRole("button", { name: "Войти" }));
  expect(screen.getAllByText("Заполните это поле")).toHaveLength(2);
  expect(screen.getByLabelText("Пароль").getAttribute("aria-invalid")).toBe("true");
  await user.type(screen.getByLabelText("Имя пользователя"), "aibek");
  expect(screen.getAllByText("Заполните это поле")).toHaveLength(1);
  expect(onSignIn).not.toHaveBeenCalled();
});

test("sends the password as it is, and shows what the server says", async () => {
  const onSignIn = vi
    .fn()
    .mockRejectedValue(refusal({ status: 401, message: "Неверное имя пользователя или пароль" }));
  const { user } = await renderChat(<SignIn onSignIn={onSignIn} />);
  await user.type(screen.getByLabelText("Имя пользователя"), " aibek ");
  await user.type(screen.getByLabelText("Пароль"), " secret {Enter}");
  expect(onSignIn).toHaveBeenCalledWith("aibek", " secret ");
  expect((await screen.findByRole("alert")).textContent).toBe("Неверное имя пользователя или пароль");
});

test("says in words that there is no network", async () => {
  const onSignIn = vi.fn().mockRejectedValue(refusal({ status: 0, code: "network" }));
  const { user } = await renderChat(<SignIn onSignIn={onSignIn} />);
  await user.type(screen.getByLabelText("Имя пользователя"), "aibek");
  await user.type(screen.getByLabelText("Пароль"), "secret{Enter}");
  await screen.findByText(/Нет связи с сервером/);
});

test("shows and hides the password, and tells password managers which is which", async () => {
  const { user } = await renderChat(<SignIn onSignIn={async () => undefined} />);
  const password = screen.getByLabelText<HTMLInputElement>("Пароль");
  expect([password.type, password.autocomplete]).toEqual(["password", "current-password"]);
  await user.click(screen.getByRole("button", { name: "Показать пароль" }));
  expect(password.type).toBe("text");
  await user.click(screen.getByRole("button", { name: "Скрыть пароль" }));
  expect(password.type).toBe("password");
});

test("puts what the server says beside the field that it says it of, in the user's language", async () => {
  const fieldErrors = {
    username: "A user with that username already exists.",
    password: "Слишком похож на имя",
  };
  const onSignUp = vi.fn().mockRejectedValue(refusal({ fieldErrors }));
  const { user } = await renderChat(<SignUp onSignUp={onSignUp} onGoToSignIn={() => undefined} />);
  await user.type(screen.getByLabelText("Имя пользователя"), "aibek");
  await user.type(screen.getByLabelText("Пароль"), "Parol-12345");
  await user.type(screen.getByLabelText("Пароль ещё раз"), "Parol-12346{Enter}");
  screen.getByText("Пароли не совпадают");
  expect(onSignUp).not.toHaveBeenCalled();
  await user.type(screen.getByLabelText("Пароль ещё раз"), "{Backspace}5{Enter}");
  await screen.findByText("Слишком похож на имя");
  const described = screen.getByLabelText("Имя пользователя").getAttribute("aria-describedby");
  expect(document.getElementById(described ?? "")?.textContent).toBe("Это имя уже занято");
});
