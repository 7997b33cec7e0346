package dev.millrace.access;

import java.util.Optional;
import java.util.UUID;
import org.springframework.data.repository.CrudRepository;

/// API keys by the part of them that is no secret.
public interface ApiKeyRepository extends CrudRepository<ApiKey, UUID> {

    Optional<ApiKey> findByPrefix(String prefix);
}
