export const MUTE_CHOICES = ["mute1h", "mute8h", "muteTomorrow", "muteAlways"] as const;

/** For how long a conversation is to be silent. */
export type MuteChoice = (typeof MUTE_CHOICES)[number];

const MS_PER_HOUR = 60 * 60 * 1000;

/** The hour of the next day, of the user's own clock, at which "until tomorrow" ends. */
const MORNING_HOUR = 8;

/** What stands for "always": the server keeps a moment, and this one is far enough. */
const ALWAYS = new Date("9999-12-31T00:00:00Z");

/** Until when a conversation that is muted at `now` stays so. */
export function mutedUntil(choice: MuteChoice, now: Date): Date {
  switch (choice) {
    case "mute1h":
      return new Date(now.getTime() + MS_PER_HOUR);
    case "mute8h":
      return new Date(now.getTime() + 8 * MS_PER_HOUR);
    case "muteTomorrow":
      return new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1, MORNING_HOUR);
    case "muteAlways":
      return ALWAYS;
  }
}
