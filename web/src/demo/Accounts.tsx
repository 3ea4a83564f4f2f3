import { useState } from "react";
import { SignIn, SignUp, useSession } from "../features/Chat/index.ts";

/** Signing in, or making an account. */
export function Accounts() {
  const session = useSession();
  const [isNew, setNew] = useState(false);
  return isNew ? (
    <SignUp onSignUp={session.register} onGoToSignIn={() => setNew(false)} />
  ) : (
    <SignIn hasRunOut={session.hasRunOut()} onSignIn={session.login} onGoToSignUp={() => setNew(true)} />
  );
}
