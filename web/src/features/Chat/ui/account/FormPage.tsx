import type { ReactNode } from "react";

/** A form in the middle of the page. */
export function FormPage({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className="uc:flex uc:min-h-full uc:flex-col uc:items-center uc:justify-center uc:p-4">
      <div className="uc:flex uc:w-full uc:max-w-sm uc:flex-col uc:gap-4 uc:rounded-lg uc:border uc:p-6 uc:shadow-sm">
        <h1 className="uc:text-xl uc:font-semibold">{title}</h1>
        {children}
      </div>
    </main>
  );
}

/** What is wrong with a form as a whole; said at once. */
export function FormError({ text }: { text: string | undefined }) {
  return (
    <div role="alert">
      {text !== undefined && (
        <p className="uc:rounded-md uc:border uc:border-danger uc:px-3 uc:py-2 uc:text-sm uc:text-danger">
          {text}
        </p>
      )}
    </div>
  );
}
