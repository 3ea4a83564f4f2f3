import { ChatScope, SignIn, useIsSignedIn, useSession } from "@unet/chat";
import type { ReactNode } from "react";

/** Signs in with an account of the chat's own server. An application that has accounts calls `configureChat` instead. */
export function SignedIn({ children }: { children: ReactNode }) {
  const isSignedIn = useIsSignedIn();
  const { login } = useSession();
  if (isSignedIn) return children;
  return (
    <ChatScope>
      <SignIn onSignIn={login} />
    </ChatScope>
  );
}
