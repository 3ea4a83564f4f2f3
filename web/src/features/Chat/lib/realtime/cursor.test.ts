import { describe, expect, it } from "vitest";
import { Cursor } from "./cursor.ts";

/** A cursor whose session is live at its number. */
function live(number: number): Cursor {
  const cursor = new Cursor(number);
  cursor.onSync(number);
  return cursor;
}

describe("the number of a conversation", () => {
  it("moves to the one that is next", () => {
    const cursor = live(5);
    expect(cursor.onChange(6)).toBe(false);
    expect(cursor.number).toBe(6);
    expect(cursor.onChange(4)).toBe(false);
    expect(cursor.number).toBe(6);
  });

  it("stays at a leap, which has to be asked for", () => {
    const cursor = live(5);
    expect(cursor.onChange(8)).toBe(true);
    expect(cursor.number).toBe(5);
    expect(cursor.shown).toBe(5);
    expect(cursor.onChange(9)).toBe(false);
    expect(cursor.onSync(9)).toBe(false);
    expect(cursor.number).toBe(9);
  });

  it("does not take the sync of a session that began later for its own", () => {
    const cursor = live(5);
    cursor.onBreak();
    expect(cursor.onSync(9)).toBe(true);
    expect(cursor.number).toBe(5);
    cursor.onChange(7);
    expect(cursor.number).toBe(5);
    expect(cursor.onSync(9)).toBe(false);
    expect(cursor.number).toBe(9);
  });

  it("begins again where it was when the connection ends in the middle of a resume", () => {
    const cursor = live(5);
    cursor.onBreak();
    cursor.onSync(20);
    for (const seq of [6, 7, 12, 15]) cursor.onChange(seq);
    expect(cursor.number).toBe(7);
    cursor.onBreak();
    expect(cursor.onSync(25)).toBe(true);
    expect(cursor.number).toBe(7);
  });

  it("takes a sync that brought nothing of the past for another one's, once", () => {
    const cursor = live(5);
    cursor.onBreak();
    cursor.onSync(9);
    cursor.onChange(10);
    expect(cursor.onSync(10)).toBe(true);
    expect(cursor.number).toBe(5);
    expect(cursor.onSync(10)).toBe(false);
    expect(cursor.number).toBe(10);
  });

  it("is live at once where nothing was missed", () => {
    const cursor = live(5);
    cursor.onBreak();
    expect(cursor.isLive).toBe(false);
    expect(cursor.onSync(5)).toBe(false);
    expect(cursor.isLive).toBe(true);
  });

  it("lets new messages of the past be shown as they come, and later ones not yet", () => {
    const cursor = live(5);
    cursor.onBreak();
    cursor.onSync(20);
    cursor.onNewMessage(21);
    expect(cursor.shown).toBe(5);
    cursor.onNewMessage(12);
    expect(cursor.shown).toBe(12);
  });
});
