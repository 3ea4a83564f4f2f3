import account from "./ky/account.json";
import common from "./ky/common.json";
import details from "./ky/details.json";
import list from "./ky/list.json";
import messages from "./ky/messages.json";
import notifications from "./ky/notifications.json";

export default { account, common, details, list, messages, notifications };
