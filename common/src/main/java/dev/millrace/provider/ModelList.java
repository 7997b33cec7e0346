package dev.millrace.provider;

import java.util.List;

/// The models that a provider lists.
public interface ModelList {

    /// @return empty where it could not be asked
    List<Listed> models(Target target);

    /// @param created Unix seconds; 0 where it is not told
    record Listed(String id, long created, String ownedBy) {}
}
