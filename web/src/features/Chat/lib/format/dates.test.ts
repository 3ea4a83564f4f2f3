import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  clockTime,
  dayLabel,
  fullTime,
  isSameDay,
  lastSeen,
  listTime,
  relativeTime,
  shortTime,
} from "./dates.ts";

const zone = process.env.TZ;

function inZone(name: string) {
  process.env.TZ = name;
}

beforeEach(() => inZone("Asia/Bishkek")); // UTC+6, without summer time.
afterEach(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

/** Saturday, noon in Bishkek. */
const NOON = new Date("2026-11-21T06:00:00Z");

describe("the time of a row", () => {
  it("is the clock's today, in the viewer's zone", () => {
    expect(listTime("2026-11-21T03:05:00Z", NOON)).toBe("09:05");
    expect(clockTime("2026-11-21T03:05:00.123456Z")).toBe("09:05");
  });

  it("turns at the viewer's midnight, not at the one of UTC", () => {
    expect(listTime("2026-11-20T18:00:00Z", NOON)).toBe("00:00");
    expect(listTime("2026-11-20T17:59:59Z", NOON)).toBe("Вчера");
    expect(listTime("2026-11-20T17:59:59Z", NOON, "ky")).toBe("Кечээ");
    expect(listTime("2026-11-20T17:59:59Z", NOON, "en")).toBe("Yesterday");
  });

  it("is the weekday within a week, then the date", () => {
    expect(listTime("2026-11-19T06:00:00Z", NOON)).toBe("четверг");
    expect(listTime("2026-11-19T06:00:00Z", NOON, "ky")).toBe("бейшемби");
    expect(listTime("2026-11-15T06:00:00Z", NOON, "en")).toBe("Sunday");
    expect(listTime("2026-11-14T06:00:00Z", NOON)).toBe("14.11.26");
  });

  it("in the window of messages is the days for a week, then the day and the month", () => {
    expect(shortTime("2026-11-21T03:05:00Z", NOON)).toBe("09:05");
    expect(shortTime("2026-11-20T17:59:59Z", NOON)).toBe("Вчера");
    expect(shortTime("2026-11-19T06:00:00Z", NOON)).toBe("2 дн. назад");
    expect(shortTime("2026-11-15T06:00:00Z", NOON, "en")).toBe("6 d ago");
    expect(shortTime("2026-11-14T06:00:00Z", NOON)).toBe("14.11");
    expect(shortTime("2025-11-14T06:00:00Z", NOON)).toBe("14.11.25");
    expect(shortTime("", NOON)).toBe("");
  });

  it("does not call a moment ahead of the clock by its date", () => {
    expect(listTime("2026-11-21T06:00:03Z", NOON)).toBe("12:00");
    expect(relativeTime("2026-11-21T06:00:03Z", NOON)).toBe("Только что");
  });

  it("is empty for what is no moment", () => {
    expect(listTime("", NOON)).toBe("");
    expect(lastSeen(null, NOON)).toBe("");
  });
});

describe("the label of a day", () => {
  it("names today, yesterday, the day, and the year when it is another", () => {
    expect(dayLabel("2026-11-21T01:00:00Z", NOON)).toBe("Сегодня");
    expect(dayLabel("2026-11-20T01:00:00Z", NOON)).toBe("Вчера");
    expect(dayLabel("2026-03-05T06:00:00Z", NOON)).toBe("05 марта");
    expect(dayLabel("2025-03-05T06:00:00Z", NOON)).toBe("05 марта 2025");
  });

  it("speaks Kyrgyz and English", () => {
    expect(dayLabel("2026-03-05T06:00:00Z", NOON, "ky")).toBe("5-март");
    expect(dayLabel("2025-12-05T06:00:00Z", NOON, "ky")).toBe("2025-ж. 5-декабрь");
    expect(dayLabel("2026-03-05T06:00:00Z", NOON, "en")).toBe("5 March");
    expect(fullTime("2026-11-21T08:05:00Z", "ru")).toBe("21 ноября 2026, 14:05");
  });

  it("counts the day of 23 hours and the one of 25 as one day", () => {
    inZone("Europe/Berlin"); // Summer time 2026: from 29 March to 25 October.
    const afterShortDay = new Date("2026-03-29T22:30:00Z"); // 30 March, 00:30
    expect(dayLabel("2026-03-28T23:30:00Z", afterShortDay)).toBe("Вчера"); // 29 March, 00:30: 23 hours before
    expect(dayLabel("2026-03-28T22:30:00Z", afterShortDay)).toBe("28 марта");
    const endOfLongDay = new Date("2026-10-25T22:30:00Z"); // 25 October, 23:30
    expect(dayLabel("2026-10-24T22:30:00Z", endOfLongDay)).toBe("Сегодня"); // 00:30: 24 hours before
    expect(dayLabel("2026-10-24T21:30:00Z", endOfLongDay)).toBe("Вчера");
  });

  it("separates messages on both sides of midnight alone", () => {
    expect(isSameDay("2026-11-20T18:00:00Z", "2026-11-21T17:59:59Z")).toBe(true);
    expect(isSameDay("2026-11-20T17:59:59Z", "2026-11-20T18:00:00Z")).toBe(false);
  });
});

describe("the age of a notification", () => {
  it("is told in the largest unit that fits", () => {
    expect(relativeTime("2026-11-21T05:59:01Z", NOON)).toBe("Только что");
    expect(relativeTime("2026-11-21T05:59:00Z", NOON)).toBe("1 мин. назад");
    expect(relativeTime("2026-11-21T05:00:01Z", NOON)).toBe("59 мин. назад");
    expect(relativeTime("2026-11-21T05:00:00Z", NOON)).toBe("1 ч. назад");
    expect(relativeTime("2026-11-20T06:00:01Z", NOON)).toBe("23 ч. назад");
    expect(relativeTime("2026-11-20T06:00:00Z", NOON)).toBe("1 дн. назад");
    expect(relativeTime("2026-11-15T06:00:00Z", NOON, "ky")).toBe("6 күн мурун");
    expect(relativeTime("2026-11-14T06:00:00Z", NOON)).toBe("14.11");
    expect(relativeTime("2025-11-14T06:00:00Z", NOON)).toBe("14.11.25");
  });
});

describe("when somebody was there", () => {
  it("becomes less exact with time", () => {
    expect(lastSeen("2026-11-21T05:59:30Z", NOON)).toBe("был(а) только что");
    expect(lastSeen("2026-11-21T05:55:00Z", NOON)).toBe("был(а) 5 мин. назад");
    expect(lastSeen("2026-11-21T03:05:00Z", NOON)).toBe("был(а) сегодня в 09:05");
    expect(lastSeen("2026-11-20T03:05:00Z", NOON, "en")).toBe("last seen yesterday at 09:05");
    expect(lastSeen("2026-11-01T03:05:00Z", NOON)).toBe("был(а) 01.11.26");
  });
});
