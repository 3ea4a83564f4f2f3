import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

/** What Base UI puts around an open popup: they pass the focus on and never keep it, which axe cannot see. */
const FOCUS_GUARDS = "[data-base-ui-focus-guard]";

/** Fails with every rule that the page breaks as it is now, and where. */
export async function expectAccessible(page: Page, state: string): Promise<void> {
  await settle(page);
  const axe = new AxeBuilder({ page }).exclude(FOCUS_GUARDS);
  // Of WCAG 2.2 AA, and the one rule of it that axe leaves out by itself.
  axe.options({ rules: { "target-size": { enabled: true } } });
  // A menu lies over the page and belongs to no part of it; axe excepts dialogs from this rule, not menus.
  if ((await page.getByRole("menu").count()) > 0) axe.disableRules("region");
  const { violations } = await axe.analyze();
  const found = violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html.slice(0, 160)}`),
  );
  expect.soft(found, state).toEqual([]);
}

/** Colours are judged once nothing fades any more. */
async function settle(page: Page): Promise<void> {
  await page.evaluate(() => Promise.allSettled(document.getAnimations().map(({ finished }) => finished)));
}
