import { ApiError } from "../api/errors.ts";
import type { Locale } from "../locale.ts";

type Sentences = Record<string, string> & { readonly internal: string };

/** A problem's code as a sentence; what the server says itself is English on most paths. */
const SENTENCES: Record<Locale, Sentences> = {
  ru: {
    network: "Нет связи с сервером",
    timeout: "Сервер не ответил вовремя",
    aborted: "Отменено",
    malformed: "Запрос не понят сервером",
    invalid: "Проверьте введённые данные",
    unauthorized: "Войдите в систему",
    token_not_valid: "Войдите в систему",
    forbidden: "Недостаточно прав",
    not_participant: "Вы не участник этой беседы",
    not_found: "Не найдено",
    conflict: "Это уже занято",
    contact_data: "Контактные данные запрещены",
    held_for_review: "Сообщение отправлено на проверку",
    too_large: "Файл слишком большой",
    too_many: "Слишком много файлов",
    empty: "Файл пуст",
    unsupported_file: "Такие файлы не принимаются",
    unsupported_media_type: "Такие файлы не принимаются",
    stalled: "Загрузка прервалась",
    no_file_store: "Загрузка файлов отключена",
    rate_limited: "Слишком часто, подождите немного",
    unavailable: "Сервер временно недоступен",
    expired: "Не удалось отправить вовремя",
    internal: "Ошибка сервера",
  },
  ky: {
    network: "Сервер менен байланыш жок",
    timeout: "Сервер убагында жооп берген жок",
    aborted: "Жокко чыгарылды",
    malformed: "Сервер суроону түшүнгөн жок",
    invalid: "Киргизилген маалыматты текшериңиз",
    unauthorized: "Системага кириңиз",
    token_not_valid: "Системага кириңиз",
    forbidden: "Укугуңуз жетишсиз",
    not_participant: "Сиз бул маектин катышуучусу эмессиз",
    not_found: "Табылган жок",
    conflict: "Бул бош эмес",
    contact_data: "Байланыш маалыматтарына тыюу салынган",
    held_for_review: "Билдирүү текшерүүгө жөнөтүлдү",
    too_large: "Файл өтө чоң",
    too_many: "Файлдар өтө көп",
    empty: "Файл бош",
    unsupported_file: "Мындай файлдар кабыл алынбайт",
    unsupported_media_type: "Мындай файлдар кабыл алынбайт",
    stalled: "Жүктөө үзүлүп калды",
    no_file_store: "Файл жүктөө өчүрүлгөн",
    rate_limited: "Өтө тез-тез, бир аз күтө туруңуз",
    unavailable: "Сервер убактылуу иштебейт",
    expired: "Убагында жөнөтүлгөн жок",
    internal: "Сервердин катасы",
  },
  en: {
    network: "No connection to the server",
    timeout: "The server did not answer in time",
    aborted: "Cancelled",
    malformed: "The server did not understand the request",
    invalid: "Please check what you have entered",
    unauthorized: "Please sign in",
    token_not_valid: "Please sign in",
    forbidden: "You may not do this",
    not_participant: "You are not in this conversation",
    not_found: "Not found",
    conflict: "This is taken already",
    contact_data: "Contact details are not allowed",
    held_for_review: "The message is being reviewed",
    too_large: "The file is too large",
    too_many: "Too many files",
    empty: "The file is empty",
    unsupported_file: "Files of this kind are not accepted",
    unsupported_media_type: "Files of this kind are not accepted",
    stalled: "The upload was interrupted",
    no_file_store: "Uploads are switched off",
    rate_limited: "Too often, please wait a little",
    unavailable: "The server is not available at the moment",
    expired: "Could not be sent in time",
    internal: "Server error",
  },
};

/** A code (of a problem, an outbox entry, an upload) as a sentence in the user's language. */
export function codeText(code: string, locale: Locale = "ru"): string {
  return SENTENCES[locale][code] ?? SENTENCES[locale].internal;
}

/**
 * What went wrong, in the user's language. A sentence that the server wrote for people in Russian (sign-in, contact
 * details) is shown to those who read Russian; other languages get the code's own.
 */
export function errorText(error: unknown, locale: Locale = "ru"): string {
  if (!(error instanceof ApiError)) return SENTENCES[locale].internal;
  const isRussian = /\p{Script=Cyrillic}/u.test(error.message);
  return locale === "ru" && isRussian ? error.message : codeText(error.code, locale);
}
