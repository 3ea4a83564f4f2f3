import type { Catalog } from "./translator.ts";

declare module "i18next" {
  interface CustomTypeOptions {
    resources: { translation: Catalog };
  }
}
