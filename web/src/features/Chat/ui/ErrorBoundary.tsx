import { Component, type ReactNode } from "react";
import { Button } from "./kit/Button.tsx";

export interface ErrorBoundaryProps {
  /** Said instead of what broke; the boundary stands outside of what loads texts, so they are given. */
  title: string;
  text: string;
  reloadLabel: string;
  /** Called with what was thrown, e.g. to report it. */
  onError?: ((error: unknown) => void) | undefined;
  children: ReactNode;
}

/** Catches what a part of the page throws while it draws, says so in words, and offers to reload. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, { isBroken: boolean }> {
  override state = { isBroken: false };

  static getDerivedStateFromError(): { isBroken: boolean } {
    return { isBroken: true };
  }

  override componentDidCatch(error: unknown): void {
    this.props.onError?.(error);
  }

  override render(): ReactNode {
    if (!this.state.isBroken) return this.props.children;
    return (
      <div
        role="alert"
        className="uc:flex uc:h-full uc:flex-col uc:items-center uc:justify-center uc:gap-3 uc:p-6 uc:text-center"
      >
        <h2 className="uc:text-lg uc:font-semibold">{this.props.title}</h2>
        <p className="uc:text-muted-foreground">{this.props.text}</p>
        <Button onClick={() => window.location.reload()}>{this.props.reloadLabel}</Button>
      </div>
    );
  }
}
