package dev.millrace.access;

import java.util.UUID;
import org.springframework.data.repository.CrudRepository;

/// Projects, for whoever creates or edits one.
public interface ProjectRepository extends CrudRepository<Project, UUID> {}
