package dev.millrace.provider.anthropic;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// The caller's user as Messages may know it: opaque, and not a mail address, which is refused there.
final class UserId {

    private static final int LONGEST = 256;

    private UserId() {}

    static String of(String user) {
        return user.indexOf('@') < 0 && user.length() <= LONGEST ? user : hash(user);
    }

    private static String hash(String user) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(user.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("SHA-256 is part of every JDK", impossible);
        }
    }
}
