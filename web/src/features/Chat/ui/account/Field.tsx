import { Eye, EyeOff } from "lucide-react";
import { useId, useState } from "react";
import { useText } from "../../model/useText.ts";
import { Button } from "../kit/Button.tsx";
import { Input } from "../kit/Input.tsx";

export interface FieldProps {
  label: string;
  /** What the browser may fill in, see the HTML attribute. */
  autoComplete: string;
  value: string;
  onChange: (value: string) => void;
  error?: string | undefined;
  hint?: string | undefined;
  type?: "text" | "email" | "url" | "password";
  /** The name that password managers and forms know it by. */
  name: string;
  required?: boolean;
}

/** A line of a form: its label, and what is wrong with it. A password can be shown. */
export function Field(props: FieldProps) {
  const { label, value, onChange, error, hint, type = "text", name, autoComplete, required = false } = props;
  const [isShown, setShown] = useState(false);
  const id = useId();
  const note = error ?? hint;
  return (
    <div className="uc:flex uc:flex-col uc:gap-1">
      <label htmlFor={id} className="uc:text-sm uc:font-medium">
        {label}
      </label>
      <div className="uc:relative uc:flex uc:items-center">
        <Input
          id={id}
          name={name}
          type={type === "password" && isShown ? "text" : type}
          value={value}
          autoComplete={autoComplete}
          autoCapitalize="none"
          spellCheck={false}
          aria-required={required}
          aria-invalid={error !== undefined}
          aria-describedby={note === undefined ? undefined : `${id}-note`}
          onChange={(event) => onChange(event.target.value)}
          className={type === "password" ? "uc:pe-10" : ""}
        />
        {type === "password" && <ShowPassword isShown={isShown} onChange={setShown} />}
      </div>
      {note !== undefined && (
        <p
          id={`${id}-note`}
          className={
            error === undefined ? "uc:text-xs uc:text-muted-foreground" : "uc:text-sm uc:text-danger"
          }
        >
          {note}
        </p>
      )}
    </div>
  );
}

function ShowPassword({ isShown, onChange }: { isShown: boolean; onChange: (isShown: boolean) => void }) {
  const { t } = useText();
  return (
    <Button
      variant="ghost"
      size="icon-sm"
      aria-pressed={isShown}
      aria-label={t(isShown ? "account.hidePassword" : "account.showPassword")}
      onClick={() => onChange(!isShown)}
      className="uc:absolute uc:end-1"
    >
      {isShown ? <EyeOff aria-hidden="true" /> : <Eye aria-hidden="true" />}
    </Button>
  );
}
