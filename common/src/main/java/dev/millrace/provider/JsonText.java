package dev.millrace.provider;

/// Strings as JSON. Half a surrogate pair is escaped: a provider may end a piece of an answer in the middle of a pair.
final class JsonText {

    private static final String HEX = "0123456789abcdef";

    private JsonText() {}

    static StringBuilder quote(StringBuilder json, String text) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char one = text.charAt(i);
            if (one == '"' || one == '\\') {
                json.append('\\').append(one);
            } else if (one == '\n') {
                json.append("\\n");
            } else if (one < ' ') {
                escape(json, one);
            } else if (!Character.isSurrogate(one)) {
                json.append(one);
            } else if (Character.isHighSurrogate(one)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                json.append(one).append(text.charAt(++i));
            } else {
                escape(json, one);
            }
        }
        return json.append('"');
    }

    private static void escape(StringBuilder json, char one) {
        json.append("\\u")
                .append(HEX.charAt(one >> 12))
                .append(HEX.charAt(one >> 8 & 15))
                .append(HEX.charAt(one >> 4 & 15))
                .append(HEX.charAt(one & 15));
    }
}
