/** One press away in the menu of a message. */
export const QUICK_REACTIONS = ["👍", "❤️", "😂", "😮", "😢", "🙏"] as const;

/** The common ones; any other comes by the keyboard's own choice. Rows of eight. */
export const COMMON_EMOJI = [
  ...["👍", "👎", "👌", "✌️", "🤝", "🙏", "👏", "💪"],
  ...["❤️", "🧡", "💛", "💚", "💙", "💜", "💔", "💯"],
  ...["😀", "😂", "😊", "😉", "😍", "😘", "😎", "🤔"],
  ...["😮", "😢", "😭", "😡", "😱", "🤯", "😴", "🙄"],
  ...["🎉", "🎂", "🎁", "🌹", "🔥", "⭐", "✨", "⚡"],
  ...["✅", "❌", "❓", "❗", "⏰", "📌", "📎", "📚"],
  ...["🎓", "💼", "💰", "🏠", "🚀", "☕", "🍕", "⚽"],
] as const;

/** Emoji in a row of the choice: what the arrow keys up and down go over. */
export const EMOJI_COLUMNS = 8;

const EMOJI = /^(?:\p{Extended_Pictographic}|\p{Regional_Indicator}{2}|[0-9#*]\uFE0F?\u20E3)/u;

/** The first emoji of what was typed, as the user sees it; `null` when it does not begin with one. */
export function emojiOf(typed: string): string | null {
  const first = [...new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(typed.trim())][0]
    ?.segment;
  return first !== undefined && EMOJI.test(first) ? first : null;
}
