package dev.millrace.api.security;

import dev.millrace.access.ApiKey;
import dev.millrace.access.ApiKeyRepository;
import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.jpa.repository.config.EnableJpaRepositories;

/// Projects and keys are plain objects, read and edited through JPA.
@Configuration(proxyBeanMethods = false)
@EntityScan(basePackageClasses = ApiKey.class)
@EnableJpaRepositories(basePackageClasses = ApiKeyRepository.class)
class AccessConfiguration {}
