/** The chat as a host application imports it. */

export { ApiError } from "./lib/api/errors.ts";
export { callbackTokens, type Identity, type OwnSession, type Session } from "./lib/api/tokens.ts";
export { codeText, errorText } from "./lib/format/errors.ts";
export { chooseLocale, type TextOverrides } from "./lib/i18n/translator.ts";
export { LOCALES, type Locale } from "./lib/locale.ts";
export type { ConnectionState, OutboxEntry } from "./lib/realtime/types.ts";
export type * from "./lib/types.ts";
export { type UseWebSocketOptions, type UseWebSocketResult, useWebSocket } from "./lib/useWebSocket.ts";
export {
  addParticipant,
  createAttachment,
  createConversation,
  deleteConversation,
  deleteMessage,
  editMessage,
  getAuthToken,
  getChatUsers,
  getConversationById,
  getConversations,
  getCurrentUserId,
  getMessages,
  getParticipants,
  removeParticipant,
  sendMessage,
} from "./model/api.ts";
export {
  useConversation,
  useConversationRow,
  useConversationSearch,
  useConversations,
  useCreateConversation,
  useDeleteConversation,
  useHiddenConversations,
  useLeaveConversation,
  useUpdateConversation,
} from "./model/conversations/hooks.ts";
export { useMyState, useUnreadTotal } from "./model/conversations/myState.ts";
export { useAttachmentUrl, useUploads } from "./model/files/hooks.ts";
export {
  useDeleteMessage,
  useEditMessage,
  useMessages,
  usePinMessage,
  usePins,
  useReact,
  useReactions,
  useSendMessage,
} from "./model/messages/hooks.ts";
export { useConversationLog, useDraft } from "./model/messages/log.ts";
export { useSearchMessages } from "./model/messages/search.ts";
export {
  useNotificationCount,
  useNotificationSettings,
  useNotifications,
} from "./model/notifications/hooks.ts";
export {
  useAddParticipant,
  useChatUsers,
  useMe,
  useParticipants,
  usePeople,
  usePeopleSearch,
  usePerson,
  usePresence,
  useRemoveParticipant,
  useTyping,
  useUpdateProfile,
} from "./model/people/hooks.ts";
export { useSession } from "./model/people/session.ts";
export { ChatProvider, configureChat, useRuntime } from "./model/runtime/context.tsx";
export { useConnection, useMyId, useOutboxActions } from "./model/runtime/hooks.ts";
export type { ChatOptions } from "./model/runtime/options.ts";
export { type ChatRuntime, createChatRuntime } from "./model/runtime/runtime.ts";
export { type Text, useText } from "./model/useText.ts";
export { ProfileButton, type ProfileButtonProps } from "./ui/account/ProfileButton.tsx";
export { SignIn, type SignInProps } from "./ui/account/SignIn.tsx";
export { SignUp, type SignUpProps } from "./ui/account/SignUp.tsx";
export { useIsSignedIn } from "./ui/account/useIsSignedIn.ts";
export { ChatContainer, type ChatContainerProps } from "./ui/ChatContainer.tsx";
export type { ChatMessagesProps } from "./ui/ChatMessages.tsx";
export { ChatScope, type ChatScopeProps, type Theme } from "./ui/ChatScope.tsx";
export { ChatSelect, type ChatSelectProps } from "./ui/ChatSelect.tsx";
export { ConnectionBanner } from "./ui/ConnectionBanner.tsx";
export { UserAsyncMultiSelect, UserAsyncSelect } from "./ui/create/pickers.tsx";
export type { UserAsyncMultiSelectProps } from "./ui/create/UserAsyncMultiSelect.tsx";
export type { UserAsyncSelectProps } from "./ui/create/UserAsyncSelect.tsx";
export { HeaderIcons, type HeaderIconsProps } from "./ui/HeaderIcons.tsx";
export { ChatMessages } from "./ui/LazyMessages.tsx";
export { MessagesModal } from "./ui/LazyModal.tsx";
export type { MessagesModalProps } from "./ui/MessagesModal.tsx";
