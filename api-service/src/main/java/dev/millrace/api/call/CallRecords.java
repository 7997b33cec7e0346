package dev.millrace.api.call;

/// Is told of each attempt of an interactive call when it has ended. The call waits for it: what takes long is put off.
public interface CallRecords {

    void attempted(CallRecord record);
}
