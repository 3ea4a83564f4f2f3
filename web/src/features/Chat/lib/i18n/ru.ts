import account from "./ru/account.json";
import common from "./ru/common.json";
import details from "./ru/details.json";
import list from "./ru/list.json";
import messages from "./ru/messages.json";
import notifications from "./ru/notifications.json";

export default { account, common, details, list, messages, notifications };
