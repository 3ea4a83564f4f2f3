import account from "./en/account.json";
import common from "./en/common.json";
import details from "./en/details.json";
import list from "./en/list.json";
import messages from "./en/messages.json";
import notifications from "./en/notifications.json";

export default { account, common, details, list, messages, notifications };
