package dev.millrace.access;

import java.util.Optional;
import java.util.UUID;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.CrudRepository;
import org.springframework.data.repository.query.Param;

/// API keys by the part of them that is no secret.
public interface ApiKeyRepository extends CrudRepository<ApiKey, UUID> {

    @Query("""
            select new dev.millrace.access.Credential(k, p)
            from ApiKey k join Project p on p.id = k.projectId
            where k.prefix = :prefix
            """)
    Optional<Credential> findByPrefix(@Param("prefix") String prefix);
}
