KEY_FIELD = "recordId"
CONVERSATION_FIELD = "conversation"
