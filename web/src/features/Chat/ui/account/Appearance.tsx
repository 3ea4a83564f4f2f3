import { useId } from "react";
import { LOCALES, type Locale } from "../../lib/locale.ts";
import { useText } from "../../model/useText.ts";
import type { Theme } from "../ChatScope.tsx";

/** Each language in itself: whoever looks for theirs may not read the one that is set. */
const LANGUAGE_NAMES: Record<Locale, string> = { ru: "Русский", ky: "Кыргызча", en: "English" };

export interface AppearanceProps {
  theme: Theme;
  onLocale: (locale: Locale) => void;
  onTheme: (theme: Theme) => void;
}

/** The choice of the language and the theme. */
export function Appearance({ theme, onLocale, onTheme }: AppearanceProps) {
  const { t, locale } = useText();
  return (
    <section className="uc:flex uc:flex-col uc:gap-3 uc:border-t uc:pt-3">
      <h3 className="uc:font-semibold">{t("account.appearance")}</h3>
      <Choice
        label={t("account.language")}
        value={locale}
        options={LOCALES.map((each) => [each, LANGUAGE_NAMES[each]])}
        onChange={onLocale}
      />
      <Choice
        label={t("account.theme")}
        value={theme}
        options={[
          ["system", t("account.themeAuto")],
          ["light", t("account.themeLight")],
          ["dark", t("account.themeDark")],
        ]}
        onChange={onTheme}
      />
    </section>
  );
}

interface ChoiceProps<T extends string> {
  label: string;
  value: T;
  options: readonly (readonly [T, string])[];
  onChange: (value: T) => void;
}

function Choice<T extends string>({ label, value, options, onChange }: ChoiceProps<T>) {
  const id = useId();
  return (
    <div className="uc:flex uc:items-center uc:justify-between uc:gap-3">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        value={value}
        onChange={(event) => {
          const option = options.find(([each]) => each === event.target.value);
          if (option !== undefined) onChange(option[0]);
        }}
        className="uc:h-9 uc:rounded-md uc:border uc:bg-background uc:px-2"
      >
        {options.map(([each, name]) => (
          <option key={each} value={each}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}
