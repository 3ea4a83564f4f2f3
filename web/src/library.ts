/** What the package is built from: the feature, and its one style sheet beside it. */
import "./features/Chat/ui/styles.css";

export * from "./features/Chat/index.ts";
