/** The page in the words of somebody who uses it: found by role and label alone, as readers and fingers find it. */
import { expect, type Locator, type Page } from "@playwright/test";
import type { TestFile } from "./files.ts";
import { PASSWORD, type Person } from "./people.ts";

/** What the forms of the first page take. */
export interface NewAccount {
  readonly username: string;
  readonly firstName: string;
  readonly lastName: string;
}

/** One tab with the chat in it, in Russian. */
export class ChatPage {
  readonly page: Page;
  /** The conversations. */
  readonly list: Locator;
  /** The messages of the open conversation. */
  readonly log: Locator;
  readonly composer: Locator;

  constructor(page: Page) {
    this.page = page;
    this.list = page.getByRole("list", { name: "Беседы" });
    this.log = page.getByRole("log");
    this.composer = page.getByRole("textbox", { name: "Написать сообщение" });
  }

  // The account

  async register({ username, firstName, lastName }: NewAccount): Promise<void> {
    await this.page.getByRole("button", { name: "Нет учётной записи? Зарегистрируйтесь" }).click();
    await this.page.getByLabel("Имя пользователя").fill(username);
    await this.page.getByLabel("Имя", { exact: true }).fill(firstName);
    await this.page.getByLabel("Фамилия").fill(lastName);
    await this.page.getByLabel("Пароль", { exact: true }).fill(PASSWORD);
    await this.page.getByLabel("Пароль ещё раз").fill(PASSWORD);
    await this.page.getByRole("button", { name: "Зарегистрироваться" }).click();
    await this.expectSignedIn();
  }

  async signIn(username: string, password = PASSWORD): Promise<void> {
    await this.page.getByLabel("Имя пользователя").fill(username);
    await this.page.getByLabel("Пароль", { exact: true }).fill(password);
    await this.page.getByRole("button", { name: "Войти" }).click();
  }

  async expectSignedIn(): Promise<void> {
    await expect(this.page.getByRole("heading", { name: "Мои переписки" })).toBeVisible();
  }

  async expectSignedOut(): Promise<void> {
    await expect(this.page.getByRole("button", { name: "Войти" })).toBeVisible();
  }

  async signOut(): Promise<void> {
    await this.page.getByRole("button", { name: /^Профиль/ }).click();
    await this.dialog("Профиль").getByRole("button", { name: "Выйти" }).click();
  }

  // The list

  row(title: string): Locator {
    return this.list.getByRole("listitem").filter({ hasText: title });
  }

  async open(title: string): Promise<void> {
    await this.row(title).getByRole("button").first().click();
    await expect(this.composer).toBeVisible();
  }

  /** Opens the menu of a row. */
  async openRowMenu(title: string): Promise<void> {
    await this.row(title).hover();
    await this.row(title)
      .getByRole("button", { name: `Действия: ${title}` })
      .click();
  }

  /** Opens the menu of a row and chooses from it. */
  async choose(title: string, entry: string): Promise<void> {
    await this.openRowMenu(title);
    await this.page.getByRole("menuitem", { name: entry, exact: true }).click();
  }

  dialog(name: string): Locator {
    return this.page.getByRole("dialog", { name });
  }

  async startPrivate(other: Pick<Person, "name">): Promise<void> {
    const dialog = await this.#newConversation("Личная");
    await this.#pick(dialog, other);
    await this.#create(dialog);
  }

  async startGroup(title: string, people: readonly Pick<Person, "name">[]): Promise<void> {
    const dialog = await this.#newConversation("Группа");
    await dialog.getByLabel("Название").fill(title);
    for (const person of people) await this.#pick(dialog, person);
    await this.#create(dialog);
  }

  async #newConversation(type: string): Promise<Locator> {
    await this.page.getByRole("button", { name: "Новая беседа" }).first().click();
    const dialog = this.dialog("Новая беседа");
    await dialog
      .getByRole("radio", { name: type })
      .or(dialog.getByRole("tab", { name: type }))
      .click();
    return dialog;
  }

  async #pick(dialog: Locator, person: Pick<Person, "name">): Promise<void> {
    // The field; the button that unfolds its list may call itself the same.
    await dialog.getByRole("combobox").first().fill(person.name);
    await this.page.getByRole("option", { name: person.name }).click();
  }

  async #create(dialog: Locator): Promise<void> {
    await dialog.getByRole("button", { name: "Создать" }).click();
    await expect(this.page.getByText("Беседа создана")).toBeVisible();
    await expect(this.composer).toBeVisible();
  }

  // The conversation

  /** A message by how its text begins; not those that quote it. */
  message(text: string): Locator {
    const literal = text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    return this.log.getByRole("article", { name: new RegExp(`: ${literal}`) });
  }

  async send(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press("Enter");
    await expect(this.composer).toHaveValue("");
  }

  /** Opens the menu of a message. */
  async openMenu(text: string): Promise<void> {
    await this.message(text).hover();
    await this.message(text).getByRole("button", { name: "Действия с сообщением" }).click();
  }

  /** Opens the menu of a message and chooses from it. */
  async act(text: string, entry: string): Promise<void> {
    await this.openMenu(text);
    await this.page.getByRole("menuitem", { name: entry }).click();
  }

  /** How far an own message has got; `words` are parts of a pattern. */
  progress(text: string, words: string): Locator {
    return this.message(text).getByRole("img", { name: new RegExp(words, "i") });
  }

  /** Adds files to what is being written. */
  async attach(files: readonly TestFile[]): Promise<void> {
    const chooser = this.page.waitForEvent("filechooser");
    await this.page.getByRole("button", { name: "Прикрепить файлы" }).click();
    await (await chooser).setFiles([...files]);
  }

  // Where the view is

  /** The first message that is wholly in view, by its number, and its place. */
  firstInView(): Promise<{ text: string; bottom: number }> {
    return this.log.evaluate((log) => {
      const view = log.getBoundingClientRect();
      for (const article of log.querySelectorAll("article")) {
        const { top, bottom } = article.getBoundingClientRect();
        const text = article.textContent?.match(/№\d{4}/)?.[0];
        if (text !== undefined && top >= view.top && bottom <= view.bottom) return { text, bottom };
      }
      throw new Error("no message is in view");
    });
  }

  /** How far a message is from where it was, CSS px. By its lower edge: above its words stands what depends on the
   * message before it, such as its day. */
  async drift(seen: { text: string; bottom: number }): Promise<number> {
    const bottom = await this.message(seen.text).evaluate(
      (article) => article.getBoundingClientRect().bottom,
    );
    return Math.abs(bottom - seen.bottom);
  }

  /** How far the first message in view is moved, CSS px, when a page of older ones is put above it, or of newer ones
   * below: waits for that, and compares the last moment before it with the one in which all has come to rest. */
  driftAtNextPage(): Promise<number> {
    return this.log.evaluate(async (log) => {
      /** Less than a page is estimated to take, more than what the rows in view differ from their estimates, px. */
      const PAGE = 2500;
      const frame = () => new Promise((next) => requestAnimationFrame(next));
      const first = () => {
        const view = log.getBoundingClientRect();
        for (const article of log.querySelectorAll("article")) {
          const { top, bottom } = article.getBoundingClientRect();
          if (top >= view.top && bottom <= view.bottom) return { ariaLabel: article.ariaLabel, bottom };
        }
        return null; // The rows of this place are not drawn yet.
      };
      let before = first();
      let height = log.scrollHeight;
      while (before === null || log.scrollHeight < height + PAGE) {
        height = log.scrollHeight;
        before = first();
        await frame();
      }
      const { ariaLabel, bottom } = before;
      for (let rest = 0; rest < 20; rest += 1) await frame();
      const after = [...log.querySelectorAll("article")].find((each) => each.ariaLabel === ariaLabel);
      return Math.abs((after?.getBoundingClientRect().bottom ?? Number.POSITIVE_INFINITY) - bottom);
    });
  }

  /** So near the beginning of what is loaded that what is before it is asked for. */
  async scrollNearTop(): Promise<void> {
    await this.log.evaluate((log) => log.scrollTo({ top: log.clientHeight }));
  }

  /** Scrolls to the top, and hands over the page that is held as soon as the rows there are drawn. */
  async landWhileScrollingToTop(): Promise<void> {
    await this.log.evaluate(async (log) => {
      log.scrollTo({ top: 0 });
      for (let drawn = 0; drawn < 3; drawn += 1) await new Promise((next) => requestAnimationFrame(next));
      window.heldPages?.shift()?.();
    });
  }

  async scrollToBottom(): Promise<void> {
    await this.log.evaluate((log) => log.scrollTo({ top: log.scrollHeight }));
  }

  async scrollToTop(): Promise<void> {
    await this.log.evaluate((log) => log.scrollTo({ top: 0 }));
  }

  // The details of a group

  /** A panel beside the messages where there is room, else a dialog over them. */
  get details(): Locator {
    const name = "Информация о группе";
    return this.page.getByRole("complementary", { name }).or(this.dialog(name));
  }

  /** Opens them by the header. */
  async openDetails(title: string): Promise<void> {
    await this.page.getByRole("heading", { name: title, level: 2 }).getByRole("button").click();
    await expect(this.details.getByRole("heading", { name: title })).toBeVisible();
  }

  async addPerson(person: Pick<Person, "name">): Promise<void> {
    await this.details.getByRole("button", { name: "Добавить", expanded: false }).click();
    await this.#pick(this.details, person);
    await this.details.getByRole("button", { name: "Добавить" }).last().click();
    await expect(this.page.getByText("Добавлен 1 участник")).toBeVisible();
  }

  async removePerson(person: Pick<Person, "name">): Promise<void> {
    await this.details.getByRole("button", { name: `Удалить участника: ${person.name}` }).click();
    const asked = this.page.getByRole("alertdialog", { name: "Удалить участника?" });
    await asked.getByRole("button", { name: "Удалить" }).click();
    await expect(this.page.getByText("Участник удален")).toBeVisible();
  }

  async rename(title: string): Promise<void> {
    await this.details.getByRole("button", { name: "Изменить название и описание" }).click();
    await this.details.getByRole("textbox", { name: "Название" }).fill(title);
    await this.details.getByRole("button", { name: "Сохранить" }).click();
    await expect(this.details.getByRole("heading", { name: title })).toBeVisible();
  }

  /** What the messages say that `pattern` finds, from the first to the last, each as often as it stands there: scrolls
   * through them all, and the pages that are seen overlap. */
  async readAll(pattern: RegExp): Promise<string[]> {
    const views = await this.log.evaluate(async (log, source) => {
      const twoFrames = () =>
        new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(() => next(null))));
      const seen: string[][] = [];
      for (log.scrollTop = 0; ; log.scrollTop += log.clientHeight / 2) {
        await twoFrames();
        const view = log.getBoundingClientRect();
        const articles = [...log.querySelectorAll("article")].filter((article) => {
          const place = article.getBoundingClientRect();
          return place.bottom > view.top && place.top < view.bottom;
        });
        seen.push(articles.flatMap((article) => article.textContent?.match(new RegExp(source))?.[0] ?? []));
        if (log.scrollTop + log.clientHeight >= log.scrollHeight - 1) return seen;
      }
    }, pattern.source);
    return views.reduce(joinOverlapping, []);
  }

  /** The words that tell of a broken connection. */
  get banner(): Locator {
    return this.page.getByText(/Нет соединения с сервером|Нет сети/).first();
  }
}

/** `next` begins with some of what `all` ends with. */
function joinOverlapping(all: readonly string[], next: readonly string[]): string[] {
  const longest = Math.min(all.length, next.length);
  const overlap = Array.from({ length: longest }, (_, at) => longest - at).find((length) =>
    all.slice(-length).every((text, at) => text === next[at]),
  );
  return [...all, ...next.slice(overlap ?? 0)];
}
