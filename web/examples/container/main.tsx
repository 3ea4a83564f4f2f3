import { ChatContainer } from "@unet/chat";
import "@unet/chat/style.css";
import { SignedIn } from "../SignedIn.tsx";
import { show } from "../show.tsx";

show(
  <SignedIn>
    <main className="whole">
      <ChatContainer />
    </main>
  </SignedIn>,
);
