package dev.millrace.access;

import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.CrudRepository;
import org.springframework.data.repository.query.Param;

/// Projects, for whoever creates or edits one.
public interface ProjectRepository extends CrudRepository<Project, UUID> {

    /// Like its neighbour it needs a transaction around it.
    @Modifying
    @Query("update Project p set p.requestsPerMinute = :most where p.id = :id")
    void limitRequests(@Param("id") UUID id, @Param("most") @Nullable Long most);

    @Modifying
    @Query("update Project p set p.tokensPerMinute = :most where p.id = :id")
    void limitTokens(@Param("id") UUID id, @Param("most") @Nullable Long most);
}
